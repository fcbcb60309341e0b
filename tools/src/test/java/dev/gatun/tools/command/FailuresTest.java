package dev.gatun.tools.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.gatun.memory.NativeMemoryError;
import dev.gatun.memory.TensorArena;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  /** More heap would make these worse. */
  @ParameterizedTest
  @ValueSource(strings = {"unable to create native thread: possibly out of memory or process/resource limits reached",
      "Metaspace"})
  void whatTheJvmNeedsBesideTheHeap(String said) {
    assertEquals("gatun: the system gave the JVM no more memory outside the Java heap (" + said
        + "): a smaller heap leaves it more, GATUN_JAVA_OPTS=-Xmx1g", reported(new OutOfMemoryError(said)));
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
