package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Kernels give the same bits with any number of threads and any vector width, cold and warm. */
class SameBitsTest {
  @Test
  void threadsDoNotMatter() {
    long alone = SameBits.digest(1);
    for (int turn = 0; turn < 5; turn++) {
      for (int threads = 2; threads <= Team.shared().size(); threads++) {
        assertEquals(alone, SameBits.digest(threads), threads + " threads");
      }
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void widthAndWarmthDoNotMatterToProductsAndConvolutions() throws IOException, InterruptedException {
    agree(SameBits.class);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void widthAndWarmthDoNotMatterToOtherKernels() throws IOException, InterruptedException {
    agree(ScopeBits.class);
  }

  /** Flags and the widest vectors that a JVM with them may use. */
  private static Map<String, Integer> widths() {
    var widths = new LinkedHashMap<>(Map.of("-XX:MaxVectorSize=16", 128));
    widths.put("-XX:MaxVectorSize=32", 256);
    if (Machine.detected().vectorBits() == 512) {
      widths.put("-XX:MaxVectorSize=64", 512);
      // Sixteen registers and no masks, where AVX-512 with short vectors has both.
      widths.put("-XX:UseAVX=2", 256);
    }
    return widths;
  }

  private static void agree(Class<?> main) throws IOException, InterruptedException {
    var digests = new ArrayList<String>();
    for (var width : widths().entrySet()) {
      var line = Child.run(main, List.of(width.getKey())).getLast();
      assertTrue(line.matches("\\d+ -?\\w+"), width.getKey() + ": " + line);
      int bits = Integer.parseInt(line.split(" ")[0]);
      assertTrue(bits <= width.getValue(), width.getKey() + " ran with " + bits + " bits");
      digests.add(line.split(" ")[1]);
      assertEquals(digests.getFirst(), digests.getLast(), width.getKey());
    }
  }
}
