/**
 * Numbers outside the Java heap.
 *
 * <p><b>What it abstracts.</b> A {@link dev.gatun.memory.Tensor} is a dtype, a shape and strides over off-heap memory:
 *
 * <pre>
 * element(i, j, …) stands at  address() + bytes(dtype) · (i · strides[0] + j · strides[1] + …)
 * </pre>
 *
 * <p>The memory belongs to a {@link dev.gatun.memory.TensorArena}: a tree of owners under one root, whose limit counts
 * every byte. {@link dev.gatun.memory.Safetensors} and {@link dev.gatun.memory.Npy} carry tensors to files and back.
 *
 * <p><b>What it guarantees.</b> Fresh memory is zero and starts at a multiple of 64 bytes. A root never holds more than
 * its limit: the allocation that would pass it throws {@link dev.gatun.memory.BudgetException}. Closing an arena is
 * refused while a step holds it, and after the close every access fails with an exception instead of touching freed
 * memory. A file either loads whole and valid or throws {@link dev.gatun.memory.TensorFileException}; a file is either
 * written whole or not at all.
 *
 * <p><b>What is dangerous.</b> {@link dev.gatun.memory.Tensor#address()} leaves all of these checks behind. Code that
 * reads or writes through it must hold the arena ({@link dev.gatun.memory.TensorArena#acquire}) from before the first
 * access until after the last one. Tensors are not synchronised: two threads may read one, or write disjoint parts of
 * it; anything else needs a happens-before edge of the caller's making.
 */
package dev.gatun.memory;
