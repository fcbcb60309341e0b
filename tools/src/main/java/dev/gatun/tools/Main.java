package dev.gatun.tools;

import dev.gatun.tools.command.CommandLineProgram;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Where the JVM starts. */
public final class Main {
  /** What the system says if whoever read the output has gone, such as {@code head}: nobody waits for a message. */
  private static final String NO_READER = "Broken pipe";

  private Main() {}

  /** Runs the command line and ends the process with its exit code. */
  public static void main(String[] arguments) {
    var stdout = new Stdout(new FileOutputStream(FileDescriptor.out));
    var out = new PrintWriter(stdout, true, StandardCharsets.UTF_8);
    var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    int code = CommandLineProgram.run(out, err, arguments);
    if (stdout.failure != null && !NO_READER.equals(stdout.failure.getMessage())) {
      err.println("gatun: cannot write to stdout: " + stdout.failure.getMessage());
    }
    err.flush();
    System.exit(code == 0 && stdout.failure != null ? 1 : code);
  }

  /** Remembers why writing failed, which a {@link PrintWriter} does not. */
  private static final class Stdout extends FilterOutputStream {
    private IOException failure;

    Stdout(OutputStream to) {
      super(to);
    }

    @Override
    public void write(byte[] bytes, int from, int count) throws IOException {
      try {
        out.write(bytes, from, count);
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
