package dev.gatun.tools;

import dev.gatun.tools.command.CommandLineProgram;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Where the JVM starts. */
public final class Main {
  private Main() {}

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] arguments) {
    var out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = CommandLineProgram.run(out, err, arguments);
    out.flush();
    err.flush();
    System.exit(code);
  }
}
