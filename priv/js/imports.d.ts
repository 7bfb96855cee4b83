// What modules import that is no file: NATIVES in native/apis/src/modules.rs, services of
// lib/quickbeam/apis. A name that is not declared here is `any`.

declare module "native:errors" {
  /** HTML, "report an exception". */
  export function report(error: unknown): void;
  /** The global object has listeners for errors. */
  export function watchErrors(): void;
  /** From now on, tell of promises that are handled late. */
  export function watchHandled(): void;
}

declare module "native:performance" {
  /** Milliseconds since the time origin. */
  export function now(): number;
  export function isPerformance(value: unknown): boolean;
}

declare module "native:promises" {
  /** "Upon fulfillment" and "upon rejection"; what the steps throw is lost. */
  export function react(
    promise: Promise<any>,
    fulfilled?: (value: any) => void,
    rejected?: (reason: any) => void,
  ): void;
  /** Set [[PromiseIsHandled]]. */
  export function markHandled(promise: Promise<any>): void;
}

declare module "native:*";

declare module "beam:*" {
  /** A promise of the service's answer. */
  export function call(...args: unknown[]): Promise<any>;
  /** The service's answer; the context waits for it. */
  export function callSync(...args: unknown[]): any;
  /** Tell the service something that has no answer. */
  export function cast(...args: unknown[]): void;
  /** Hear the events that the service sends. */
  export function onEvent(listener: (event: any) => void): void;
}
