/**
 * Measurements: what fraction of the machine each kernel uses, beside the peers and in the same run.
 *
 * <p><b>What it guarantees.</b> A figure stands beside the peak of the same run and beside a check of its result.
 *
 * <p><b>What is dangerous.</b> Code runs about 40 times slower until C2 has compiled it: a figure taken early is wrong.
 */
package dev.gatun.bench;
