/** The command line, datasets, metrics, reports and the model zoo. */
module dev.gatun.tools {
  requires dev.gatun.bench;
  requires dev.gatun.cuda;
  requires transitive dev.gatun.graph;
  requires dev.gatun.memory;
  requires dev.gatun.ops;
  requires dev.gatun.simd;
  requires info.picocli;
  requires jdk.management;

  exports dev.gatun.tools.data;
  exports dev.gatun.tools.zoo;

  opens dev.gatun.tools.command to info.picocli;
}
