/**
 * The peers, side by side with us: MKL, OpenBLAS and oneDNN through FFM, libtorch through DJL.
 *
 * <p><b>What it abstracts.</b> Each class does the works that its engine knows; how they are timed and compared is not
 * said here.
 *
 * <p><b>What it guarantees.</b> A peer computes on the same numbers as we do, at its best: {@link
 * dev.gatun.bench.Peer#settings()} says how it is set.
 *
 * <p><b>What is dangerous.</b> Environment variables steer the peers: {@link dev.gatun.bench.Workshop} starts a process
 * with a clean environment for each comparison. JMH does not.
 */
package dev.gatun.bench.peers;
