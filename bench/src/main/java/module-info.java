/** Benchmarks, peers side by side, roofline report. */
module dev.gatun.bench {
  requires dev.gatun.cuda;
  requires dev.gatun.graph;
  requires dev.gatun.memory;
  requires dev.gatun.ops;
  requires dev.gatun.simd;
}
