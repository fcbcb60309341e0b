package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Warm kernels make no garbage. In a JVM of its own: other tests leave hundreds of tiles in the compilers' queue, behind
 * which these would wait to become warm.
 */
class WarmKernelsTest {
  @Test
  void warmKernelsAllocateNothing() throws IOException, InterruptedException {
    var command = List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--add-modules",
        "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"),
        WarmKernelsTest.class.getName());
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), output);
  }

  /** Fails where a kernel that should be warm allocates. */
  public static void main(String[] arguments) {
    GemmTest.aWarmProductAllocatesNothing();
    ConvolutionTest.aWarmConvolutionAllocatesNothing();
  }
}
