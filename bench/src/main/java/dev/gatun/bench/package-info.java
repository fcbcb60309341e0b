/**
 * Measurements: what fraction of the machine each kernel uses, beside the peers and in the same run.
 *
 * <p><b>What it abstracts.</b> {@link dev.gatun.bench.Measure} times subjects in turn, {@link dev.gatun.bench.Roofline}
 * finds what the machine can do, {@link dev.gatun.bench.Row} holds a figure beside both. The work that is measured runs
 * by the road of an embedder: graph, plan, session. The peers live in {@code src/peers}, which only the Maven profile
 * {@code peers} compiles.
 *
 * <p><b>What it guarantees.</b> A figure stands beside the peak of the same run and beside a check of its result.
 *
 * <p><b>What is dangerous.</b> Code runs about 40 times slower until C2 has compiled it: a figure taken early is wrong.
 * Threads of another library that still spin take the cores away from what runs next.
 */
package dev.gatun.bench;
