package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;

/**
 * What a command line printed and how it ended.
 *
 * @param out what went to stdout
 * @param err what went to stderr
 */
record Shell(int code, String out, String err) {

  /** Runs a command line in this process. */
  static Shell run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code = CommandLineProgram.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Shell(code, out.toString(), err.toString());
  }

  /** Checks that it failed with this code and exactly this message on stderr, and printed nothing else. */
  void fails(int expectedCode, String message) {
    assertEquals(message, err.stripTrailing());
    assertEquals(expectedCode, code);
    assertEquals("", out);
    assertFalse(err.contains("\tat "), err);
  }

  /** Checks that it ended well. */
  Shell good() {
    assertEquals("", code == 0 ? "" : code + ": " + err);
    return this;
  }

  /** The last line of stdout. */
  String lastLine() {
    return out.stripTrailing().lines().reduce((_, last) -> last).orElse("");
  }
}
