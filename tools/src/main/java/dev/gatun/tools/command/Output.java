package dev.gatun.tools.command;

import java.io.PrintWriter;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The flags that every verb has, and where its words go. */
final class Output {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--json", description = "Only data on stdout: one JSON object, on the last line.")
  private boolean json;

  @Option(names = "--quiet", description = "No progress and no remarks: results and errors alone.")
  private boolean quiet;

  @Option(names = "--debug", description = "Show the stack trace of a failure.")
  private boolean debug;

  @Option(names = {"-h", "--help"}, usageHelp = true, description = "Show this help.")
  private boolean help;

  private PrintWriter out() {
    return spec.commandLine().getOut();
  }

  private PrintWriter err() {
    return spec.commandLine().getErr();
  }

  /** A line of the result, for people. */
  void line(String text) {
    if (!json) {
      out().println(text);
    }
  }

  /** A line below the result that people can do without. */
  void hint(String text) {
    if (!quiet) {
      line(text);
    }
  }

  /** The result, for programs. */
  void object(Map<String, ?> object) {
    if (json) {
      out().println(Json.text(object));
    }
  }

  /** A step on the way to the result: beside the result's lines for people, a message for programs. */
  void milestone(String text) {
    if (!json) {
      out().println(text);
      out().flush();
    } else if (!quiet) {
      err().println(text);
    }
  }

  /** Whether programs read the result. */
  boolean isJson() {
    return json;
  }

  /** Why the result is not good. */
  void error(String text) {
    err().println("gatun: " + text);
  }

  /** A message that can be done without. */
  void remark(String text) {
    if (!quiet) {
      err().println(text);
    }
  }

  /** A place for progress; silent if the user wants no remarks. */
  Progress progress() {
    return new Progress(quiet ? null : err(), Terminal.isErrorStream());
  }
}
