/**
 * The planner: from a graph to a plan that a machine loads.
 *
 * <p><b>What it abstracts.</b> What is computed is split from where it lies and in which form, one step at a time:
 *
 * <pre>
 * Sharing      equal calls become one
 * Sinking      reshapes of products move behind the arithmetic that follows these
 * Folding      what scales and shifts channels goes into weights, where nothing is trained and order need not be kept
 * Merging      products of one operand by several weights become one, where nothing is trained
 * Preparation  what hangs on parameters alone becomes a plan of its own, run when they change
 * Lowering     ops → items: kernels, stores and loops on slots; moves that need no copy → views
 * lying        for an exact machine, slots → strides, before anything is joined and might lie otherwise
 * Fusion       maps, rows and epilogues join, so that what lies between them never reaches memory
 * Chains       products, and what lies between them, run some rows at a time
 * Stores       updates → stores at the end, or none where the value can be computed in its place
 * Ordering     what frees more memory than it makes moves up, updates above all
 * Planner      items → calls: the machine's choice of kernel, with strides of operands and copies between layouts
 * Memory       slots → offsets in one slab, shared by what never lives together
 * Fitting      where that is more than a budget, and until it is not: Rematerialization, which computes values again
 * </pre>
 *
 * <p><b>What it guarantees.</b> {@link dev.gatun.graph.plan.Planner#plan} is a pure function of the graph, the
 * machine's answers and the offsets of variables; it allocates no memory of tensors. On an exact machine no bit of a
 * result hangs on what was joined; on others a sum may be added up in another order ({@link Sums}).
 * What no kernel can run is a {@link dev.gatun.graph.plan.KernelException} that names it. What holds for a program
 * between two passes stands in the tests, as {@code ProgramVerifier}, which looks at what each pass leaves.
 *
 * <p><b>What is dangerous.</b> A machine trusts a plan's offsets and strides and turns them into addresses. Two slots
 * that share bytes are kept apart by their lives alone: a step that is added here must say all that it reads and
 * writes.
 */
package dev.gatun.graph.plan;
