/**
 * The peers, side by side with us: MKL and OpenBLAS through FFM, libtorch through DJL.
 *
 * <p><b>What it guarantees.</b> Both sides compute on the same numbers, their results are compared before either is
 * timed, and both are timed in turn in one process.
 *
 * <p><b>What is dangerous.</b> Environment variables steer the peers: {@link dev.gatun.bench.peers.Compare} starts a
 * process with a clean environment for each comparison. The JMH classes do not, and use one thread.
 */
package dev.gatun.bench.peers;
