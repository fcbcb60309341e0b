package dev.gatun.tools.command;

import dev.gatun.graph.Machines;
import dev.gatun.ops.Backend;
import picocli.CommandLine.Option;

/** For which machine a verb plans. */
class MachineOption {
  @Option(names = "--machine", paramLabel = "NAME", description = "The machine that computes (see gatun doctor).")
  private String name;

  @Option(names = "--exact", description = "Use no kernels and rewrites that change the order of arithmetic for "
      + "speed, such as 3 × 3 convolutions by minimal filtering or folded batch normalisations.")
  private boolean exact;

  /** The machine asked for, or the best one. */
  Backend machine() {
    var machine = name == null ? Machines.best() : Machines.named(name);
    return exact ? Machines.exact(machine) : machine;
  }
}
