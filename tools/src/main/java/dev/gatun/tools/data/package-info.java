/**
 * The data sets by name, and the readers of their files.
 *
 * <p><b>What it abstracts.</b> Where samples come from: the jar, a folder, or a rule that makes them. They all meet a
 * model as fields of a {@link dev.gatun.graph.Dataset}.
 *
 * <p><b>What it guarantees.</b> A file is read whole and checked before its first sample is used; copying samples into
 * a batch allocates nothing on the heap.
 *
 * <p><b>What is dangerous.</b> The files are other people's: no size in them is believed before the bytes are there.
 */
package dev.gatun.tools.data;
