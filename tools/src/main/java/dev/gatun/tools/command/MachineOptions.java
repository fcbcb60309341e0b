package dev.gatun.tools.command;

import dev.gatun.graph.Machines;
import dev.gatun.memory.TensorArena;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Profile;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** On what a verb runs, and with how much of it. */
final class MachineOptions extends MachineOption {
  @Option(names = "--threads", paramLabel = "N",
      description = "Threads that may compute; all cores if not given. Never changes a result.")
  private Integer threads;

  @Mixin
  private MemoryOption memory;

  @Option(names = "--profile", paramLabel = "FILE.json",
      description = "Write when each kernel ran, a trace for Perfetto, and show a table of the kernels.")
  private Path trace;

  private Profile profile;

  @Override
  Backend machine() {
    if (trace == null) {
      return super.machine();
    }
    if (profile == null) {
      ProfileReport.check(trace);
      profile = new Profile();
    }
    return Machines.profiled(super.machine(), profile);
  }

  /** What kernels tell of their times; null if the user does not want to know. */
  Profile profile() {
    return profile;
  }

  /** Writes the trace and shows the table, if the user wants them. */
  void report(Output output) throws IOException {
    if (profile != null) {
      new ProfileReport(profile, threads()).show(trace, output);
    }
  }

  int threads() {
    return threads == null ? Runtime.getRuntime().availableProcessors()
        : atLeastOne("--threads", threads).intValue();
  }

  /** An arena that bounds all tensors of a command. */
  TensorArena arena() {
    return memory.arena();
  }

  /** The value of a flag that counts something. */
  static Number atLeastOne(String flag, Number value) {
    if (value.longValue() < 1) {
      throw new UsageException(flag + " must be at least 1, found " + value);
    }
    return value;
  }
}
