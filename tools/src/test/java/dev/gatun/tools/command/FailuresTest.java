package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.memory.NativeMemoryError;
import dev.gatun.memory.TensorArena;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

/** Two kinds of memory, two remedies: what one needs takes from the other. */
class FailuresTest {
  private static String reported(Throwable failure) {
    var err = new StringWriter();
    assertEquals(ExitCode.OUT_OF_MEMORY, Failures.report(failure, new PrintWriter(err, true), false));
    return err.toString().strip();
  }

  @Test
  void fullHeap() {
    assertEquals("gatun: the Java heap is full: give it more with GATUN_JAVA_OPTS=-Xmx4g",
        reported(new OutOfMemoryError("Java heap space")));
  }

  @Test
  void memoryThatTheSystemRefuses() {
    try (var arena = TensorArena.root("gatun", Long.MAX_VALUE)) {
      var refused = assertThrows(NativeMemoryError.class, () -> arena.allocateBytes(1L << 60));
      assertEquals("gatun: arena `gatun` requested 1.0 EiB, which its limit allows and the system refused; "
          + "a smaller --batch or a smaller Java heap may help", reported(refused));
    }
  }
}
