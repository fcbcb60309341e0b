/** The command line, datasets, metrics, reports and the model zoo. */
module dev.gatun.tools {
  requires dev.gatun.bench;
  requires dev.gatun.cuda;
  requires dev.gatun.graph;
  requires dev.gatun.memory;
  requires dev.gatun.ops;
  requires dev.gatun.simd;
  requires info.picocli;
}
