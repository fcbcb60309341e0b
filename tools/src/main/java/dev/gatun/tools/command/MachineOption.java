package dev.gatun.tools.command;

import dev.gatun.graph.Machines;
import dev.gatun.ops.Backend;
import picocli.CommandLine.Option;

/** For which machine a verb plans. */
class MachineOption {
  @Option(names = "--machine", paramLabel = "NAME", description = "The machine that computes (see gatun doctor).")
  private String name;

  /** The machine asked for, or the best one. */
  final Backend machine() {
    return name == null ? Machines.best() : Machines.named(name);
  }
}
