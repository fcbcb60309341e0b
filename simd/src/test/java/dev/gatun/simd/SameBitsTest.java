package dev.gatun.simd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Products and convolutions give the same bits with any number of threads and any vector width, cold and warm. */
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
  void widthAndWarmthDoNotMatter() throws IOException, InterruptedException {
    var digests = new ArrayList<String>();
    for (int bytes : new int[] {16, 32, 64}) {
      var line = Child.run(SameBits.class, List.of("-XX:MaxVectorSize=" + bytes)).getLast();
      assertTrue(line.matches("\\d+ -?\\d+"), line);
      int bits = Integer.parseInt(line.split(" ")[0]);
      assertTrue(bits <= 8 * bytes, "asked for " + 8 * bytes + " bits, ran with " + bits);
      digests.add(line.split(" ")[1]);
    }
    assertEquals(digests.get(0), digests.get(1), "128 and 256 bits");
    assertEquals(digests.get(0), digests.get(2), "128 and 512 bits");
  }
}
