/** Benchmarks, peers side by side, roofline report. */
module dev.gatun.bench {
  requires dev.gatun.cuda;
  requires transitive dev.gatun.graph;
  requires dev.gatun.memory;
  requires dev.gatun.simd;
  requires java.management;
  requires jdk.incubator.vector;
  requires jdk.management;

  uses dev.gatun.bench.Peer;

  exports dev.gatun.bench;
}
