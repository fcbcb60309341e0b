package dev.gatun.tools.command;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The program: its verbs, and what happens when one fails. */
@Command(name = "gatun", version = CommandLineProgram.VERSION, synopsisSubcommandLabel = "VERB", sortOptions = false,
    description = "Trains and runs neural networks. Begin with: gatun train digits",
    subcommands = {TrainCommand.class, EvalCommand.class, RunCommand.class, InspectCommand.class, ExplainCommand.class,
        VizCommand.class, CheckCommand.class, BenchCommand.class, FormatCommand.class, ZooCommand.class,
        DataCommand.class, DoctorCommand.class})
public final class CommandLineProgram extends Group {
  static final String VERSION = "gatun 0.1.0";

  @Option(names = "--version", versionHelp = true, description = "Show the version.")
  private boolean version;

  /**
   * Runs one command line.
   *
   * @return the exit code
   */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    var line = new CommandLine(new CommandLineProgram())
        .setOut(out).setErr(err)
        .setParameterExceptionHandler(Failures::usage)
        .setExecutionExceptionHandler(Failures::execution);
    Numbers.register(line);
    try {
      return line.execute(arguments);
    } catch (OutOfMemoryError | StackOverflowError | LinkageError e) {
      return Failures.report(e, err, List.of(arguments).contains("--debug"));
    } finally {
      out.flush();
      err.flush();
    }
  }
}
