/**
 * The mathematics: every operation with its type rule, meaning, gradient and lowering; the graph; and the data that
 * machines work on. The intermediate representation on one screen:
 *
 * <pre>
 * Graph      = inputs: Value*  nodes: Node*  outputs: name → Value  updates: state Value → Value
 * Node       = Primitive applied to Value*, giving Value*          (SSA, hash-consed by Builder)
 * Op         = Primitive (infer, define, lower, vjp) | Composite (expand)
 * KernelSpec = Map     out = exprs(in…)                            elementwise over a space; broadcast is stride 0
 *            | Row     folds over axes, then row and map exprs     reductions, softmax, normalisation
 *            | Direct  op, then epilogue                           products, convolutions, windows, moves, matrices
 *            | View | Regroup | Place | Repeat                     resolved by the planner, never seen by a machine
 * Expr       = Input | Literal | Fold | Position | Draw | Apply1 | Apply2 | Choose | Convert
 * Plan       = buffers: Buffer*  steps: Step*  bindings: name → Operand
 * Step       = Run (spec, Choice, operands, workspace) | Repeat (count, Step*)
 * Backend    = choices(spec), allocate(bytes), load(plan, memory) → Executable
 * </pre>
 *
 * <p>Guarantees: graphs, specs and plans are immutable values without addresses, and may be shared by threads. An op's
 * gradient is made of ops, so gradients of any order exist. Definitions work in double by plain loops and are the
 * oracle of every machine.
 *
 * <p>Dangerous: {@link dev.gatun.ops.Backend} implementations write to absolute addresses that a plan implies; a plan
 * must come from the planner, never from a file.
 */
package dev.gatun.ops;
