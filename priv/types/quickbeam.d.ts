// Types of the global `Beam` in a QuickBEAM context. Name this file in "files" or
// "include" of tsconfig.json:
//
//   { "files": ["../../deps/quickbeam/priv/types/quickbeam.d.ts", "app.ts"] }
//
// For the Web APIs use TypeScript's own "lib": ["ES2024", "WebWorker"] or ["DOM"].

/**
 * Handlers of the context by their names, for typed calls. An application adds its own:
 *
 *   interface BeamHandlers {
 *     "users.find"(id: number): User | null;
 *   }
 *
 *   const user = await Beam.call("users.find", 1);
 */
interface BeamHandlers {}

/** A process of the VM, which JavaScript can hold, compare and give back, but not make. */
interface BeamPid {
  readonly __beam: "pid";
}

/** A reference of the VM. */
interface BeamReference {
  readonly __beam: "reference";
}

/** A port of the VM. */
interface BeamPort {
  readonly __beam: "port";
}

/** What an element of XML is: see `Beam.XML.parse`. */
interface BeamXMLElement {
  name: string;
  attributes: Record<string, string>;
  children: (BeamXMLElement | string)[];
}

/** The bridge to the VM: every context has it. */
interface BeamBridge {
  /**
   * Calls a handler of the context; it runs in a process of its own. The promise is
   * rejected with what the handler raised, or with `Unknown handler: NAME`.
   */
  call<Name extends keyof BeamHandlers>(
    name: Name,
    ...args: BeamArguments<BeamHandlers[Name]>
  ): Promise<BeamResult<BeamHandlers[Name]>>;
  call<Result = unknown, Name extends string = string>(
    name: BeamOther<Name>,
    ...args: unknown[]
  ): Promise<Result>;

  /** As `call`, but waits: this context does nothing else meanwhile, all others go on. */
  callSync<Name extends keyof BeamHandlers>(
    name: Name,
    ...args: BeamArguments<BeamHandlers[Name]>
  ): BeamResult<BeamHandlers[Name]>;
  callSync<Result = unknown, Name extends string = string>(
    name: BeamOther<Name>,
    ...args: unknown[]
  ): Result;

  /** Sends a message to a process and returns it. */
  send<Message>(pid: BeamPid, message: Message): Message;

  /** The process of this context. */
  self(): BeamPid;

  /**
   * Takes the messages that this context gets, in order; those that came before are
   * delivered at once. `null` takes the callback away.
   */
  onMessage(callback: ((message: any) => void) | null): void;

  /**
   * The value or reason of a promise that has settled; a promise that has not, and
   * anything else, is returned as it is.
   */
  peek: {
    <Value>(value: Promise<Value>): Value | Promise<Value>;
    <Value>(value: Value): Value;
    status(value: unknown): "pending" | "fulfilled" | "rejected";
  };
}

/** What `Beam` has besides where the context has the API group `:beam`. */
interface BeamGroup {
  /** The version of QuickBEAM. */
  readonly version: string;

  /** A promise that is fulfilled after milliseconds, or at a date. */
  sleep(ms: number | Date): Promise<void>;
  /** Waits for milliseconds: this context does nothing else meanwhile, all others go on. */
  sleepSync(ms: number): void;

  /** `:erlang.phash2/1`, or `:erlang.phash2/2` with a range from 1 to 2^32. */
  hash(data: unknown, range?: number): number;
  /** A value as text of an element or a quoted attribute of HTML. */
  escapeHTML(value: unknown): string;
  /** A value as the console writes it, to a depth of 2 where none is given. */
  inspect(value: unknown, options?: { depth?: number | null }): string;
  /** Whether two values are alike all the way down; strictly, also their prototypes. */
  deepEquals(a: unknown, b: unknown, strict?: boolean): boolean;
  /** A UUID of version 7 (RFC 9562), of now or of a time in milliseconds. */
  randomUUIDv7(timestamp?: number | Date): string;
  /** Nanoseconds since the context was made. */
  nanoseconds(): number;
  /** Where an executable is. */
  which(name: string): string | null;

  /** The names of this node and of those it is connected to. */
  nodes(): string[];
  /**
   * What the function `fun` of a context on another node returns, where the context has
   * registered itself under a name there.
   */
  rpc<Result = unknown>(
    node: string,
    context: string | BeamPid,
    fun: string,
    ...args: unknown[]
  ): Promise<Result>;
  /** Starts a context on the same pool, which runs the source. */
  spawn(source: string): BeamPid;
  /** Gives this context a name; false where another process has it. */
  register(name: string): boolean;
  /** The process of a name. */
  whereis(name: string): BeamPid | null;
  /** Links this context with a process: if one of them crashes, so does the other. */
  link(pid: BeamPid): boolean;
  unlink(pid: BeamPid): boolean;
  /** Calls back with the reason when the process ends, or now if it has. */
  monitor(pid: BeamPid, callback: (reason: any) => void): BeamReference;
  /** Takes a monitor back; false where it has fired or is none. */
  demonitor(reference: BeamReference): boolean;

  /** `System.unique_integer([:positive, :monotonic])`. */
  uniqueInteger(): number;
  /** A reference that is unique among all nodes. */
  makeRef(): BeamReference;

  semver: {
    /** Whether a version fulfils a requirement of Elixir's `Version` or a range of npm. */
    satisfies(version: string, range: string): boolean;
    /** How two versions sort; `null` where one of them is none. */
    order(a: string, b: string): -1 | 0 | 1 | null;
  };

  password: {
    /** A hash to be kept, as a PHC string of PBKDF2; another one each time. */
    hash(password: string, options?: { iterations?: number }): Promise<string>;
    /** Whether a hash is of that password. */
    verify(password: string, hash: string): Promise<boolean>;
  };

  XML: {
    /** The root element of a document; throws a `SyntaxError`. */
    parse(text: string): BeamXMLElement;
  };

  /** Facts of the VM: releases, schedulers, counts; memory in bytes. */
  systemInfo(): {
    node: string;
    otp_release: string;
    erts_version: string;
    elixir_version: string;
    architecture: string;
    schedulers: number;
    schedulers_online: number;
    process_count: number;
    process_limit: number;
    atom_count: number;
    atom_limit: number;
    port_count: number;
    /** Milliseconds since the VM was started. */
    uptime: number;
    memory: Record<string, number>;
  };

  /** Facts of the process of this context. */
  processInfo(): {
    pid: BeamPid;
    status: string;
    memory: number;
    message_queue_len: number;
    reductions: number;
    heap_size: number;
    total_heap_size: number;
    stack_size: number;
  };
}

/** The arguments of a handler. */
type BeamArguments<Handler> = Handler extends (...args: infer Arguments) => unknown
  ? Arguments
  : never;

/** The result of a handler, which is awaited. */
type BeamResult<Handler> = Handler extends (...args: never[]) => infer Result
  ? Awaited<Result>
  : never;

/** A name that no handler in `BeamHandlers` has: the arguments of theirs are checked. */
type BeamOther<Name extends string> = Name extends keyof BeamHandlers ? never : Name;

declare const Beam: BeamBridge & BeamGroup;
