[
  # Of Phoenix, in examples/live_counter.
  locals_without_parens: [plug: :*, socket: 3, live: 2, pipe_through: 1],
  inputs: ["{mix,.formatter}.exs", "{lib,test,bench}/**/*.{ex,exs}"]
]
