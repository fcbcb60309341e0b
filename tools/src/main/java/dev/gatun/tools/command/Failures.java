package dev.gatun.tools.command;

import dev.gatun.bench.BenchException;
import dev.gatun.graph.CheckpointException;
import dev.gatun.graph.MachineException;
import dev.gatun.graph.TrainingException;
import dev.gatun.graph.language.LanguageException;
import dev.gatun.graph.plan.KernelException;
import dev.gatun.memory.BudgetException;
import dev.gatun.memory.NativeMemoryError;
import dev.gatun.memory.TensorFileException;
import dev.gatun.ops.IndexException;
import dev.gatun.tools.data.DataException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Makes one message and an exit code of whatever went wrong. */
final class Failures {
  private Failures() {}

  /** A wrong command line. */
  static int usage(ParameterException failure, String[] arguments) {
    var command = failure.getCommandLine();
    // picocli says the word twice where a map is wanted.
    var message = firstSmall(failure.getMessage()).replace("option option", "option").replace("KEY=VALUE format but was",
        "that form, found");
    if (failure instanceof UnmatchedArgumentException unmatched && !unmatched.getUnmatched().isEmpty()) {
      var wrong = unmatched.getUnmatched().getFirst();
      message = wrong.startsWith("-") ? "there is no flag " + wrong + Names.similar(wrong, Names.flags(command))
          : command.getSubcommands().isEmpty() ? "too many arguments: " + wrong
          : "there is no verb " + wrong + Names.similar(wrong, command.getSubcommands().keySet());
    }
    print(command.getErr(), message);
    command.getErr().println("try `" + command.getCommandSpec().qualifiedName() + " --help`");
    return ExitCode.USAGE;
  }

  /** A failure while a command ran. */
  static int execution(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
    return report(failure, command.getErr(), isDebug(parsed));
  }

  /** Prints the message of a failure and gives its exit code. */
  static int report(Throwable failure, PrintWriter err, boolean debug) {
    if (debug) {
      failure.printStackTrace(err);
    }
    switch (failure) {
      case LanguageException fault -> err.println(fault.getMessage());
      case BudgetException budget -> print(err, budget.getMessage()
          + "; a smaller --batch or more --memory-budget may help");
      case NativeMemoryError refused -> print(err, refused.getMessage()
          + "; a smaller --batch or a smaller Java heap may help");
      case OutOfMemoryError full -> print(err, message(full));
      case KernelException kernel -> print(err, kernel.getMessage() + ": choose another with --machine (gatun doctor)");
      case IOException io -> print(err, message(io));
      case UncheckedIOException io -> print(err, io.getCause() instanceof FileSystemException cause
          && !(cause instanceof NoSuchFileException) ? message(cause) : io.getMessage());
      case IndexException index -> print(err, index.getMessage() + "; the data does not fit the model");
      default -> print(err, code(failure) == ExitCode.FAILED && !(failure instanceof TrainingException)
          && !(failure instanceof BenchException)
          ? "unexpected: " + failure + (debug ? "" : "; run again with --debug and report what it prints")
          : failure.getMessage());
    }
    return code(failure);
  }

  private static int code(Throwable failure) {
    return switch (failure) {
      case UsageException _, MachineException _, KernelException _ -> ExitCode.USAGE;
      case LanguageException _, InputException _, DataException _, TensorFileException _, CheckpointException _,
          IndexException _, IOException _, UncheckedIOException _ -> ExitCode.BAD_INPUT;
      case BudgetException _, OutOfMemoryError _ -> ExitCode.OUT_OF_MEMORY;
      default -> ExitCode.FAILED;
    };
  }

  /** What the system said, in words: the exceptions of files carry little more than the path. */
  private static String message(IOException failure) {
    return switch (failure) {
      case NoSuchFileException missing -> "there is no file " + missing.getFile();
      case AccessDeniedException denied -> "no permission for " + denied.getFile();
      default -> failure.getMessage();
    };
  }

  /** Only a full heap is mended by a larger one: threads and what the JVM itself needs lie outside. */
  private static String message(OutOfMemoryError full) {
    var said = String.valueOf(full.getMessage());
    boolean heap = said.startsWith("Java heap") || said.startsWith("GC overhead") || said.startsWith("Requested array");
    return heap ? "the Java heap is full: give it more with GATUN_JAVA_OPTS=-Xmx4g"
        : "the system gave the JVM no more memory outside the Java heap (" + said + "): a smaller heap leaves it more, "
            + "GATUN_JAVA_OPTS=-Xmx1g";
  }

  private static void print(PrintWriter err, String message) {
    err.println("gatun: " + message);
  }

  private static String firstSmall(String text) {
    return text.isEmpty() ? text : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }

  private static boolean isDebug(CommandLine.ParseResult parsed) {
    for (var at = parsed; at != null; at = at.subcommand()) {
      if (at.hasMatchedOption("--debug")) {
        return true;
      }
    }
    return false;
  }
}
