// What each connection runs, in a context of its own.
type State = { count: number; history: number[] };

const state: State = { count: 0, history: [] };

function add(by: number): State {
  if (!Number.isInteger(by)) throw new TypeError("by must be a whole number");
  state.history = [state.count, ...state.history].slice(0, 5);
  state.count += by;
  return state;
}

function undo(): State {
  const [last, ...rest] = state.history;
  if (last === undefined) throw new RangeError("nothing to undo");
  state.count = last;
  state.history = rest;
  return state;
}
