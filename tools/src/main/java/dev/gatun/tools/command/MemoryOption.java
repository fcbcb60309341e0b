package dev.gatun.tools.command;

import dev.gatun.memory.TensorArena;
import picocli.CommandLine.Option;

/** How much memory a verb may use, or plan for. */
final class MemoryOption {
  @Option(names = "--memory-budget", paramLabel = "SIZE", converter = MemorySize.Converter.class,
      description = "Most that tensors may take, such as 512m or 4g; what the system allows if not given. What needs "
          + "more computes values again rather than keep them, to the same bits.")
  private MemorySize budget;

  /** The bytes asked for; more than any plan takes if nobody asked. */
  long asked() {
    return budget == null ? Long.MAX_VALUE : budget.bytes();
  }

  /** Says that kernels run again to keep to a budget. */
  static String again(int kernels) {
    return (kernels == 1 ? "1 kernel runs" : kernels + " kernels run") + " again, so that less is kept";
  }

  /** An arena that bounds all tensors of a command. */
  TensorArena arena() {
    return TensorArena.root("gatun", budget == null ? MemorySize.available() : budget.bytes());
  }
}
