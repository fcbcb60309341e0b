package dev.gatun.tools.command;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A verb that does nothing by itself: its verbs do. */
abstract class Group implements Runnable {
  @Spec
  private CommandSpec spec;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
  private boolean help;

  @Override
  public final void run() {
    throw new ParameterException(spec.commandLine(), "a verb is missing: one of "
        + String.join(", ", spec.subcommands().keySet()));
  }
}
