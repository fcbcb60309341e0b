package dev.gatun.simd;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Warm kernels make no garbage. In a JVM of its own: other tests leave hundreds of tiles in the compilers' queue, behind
 * which these would wait to become warm.
 */
class WarmKernelsTest {
  @Test
  void warmKernelsAllocateNothing() throws IOException, InterruptedException {
    Child.run(WarmKernelsTest.class, List.of());
  }

  /** Fails where a kernel that should be warm allocates. */
  public static void main(String[] arguments) {
    GemmTest.aWarmProductAllocatesNothing();
    ConvolutionTest.aWarmConvolutionAllocatesNothing();
    // Of so many kinds that HotSpot can foretell no vector's class from what it has seen.
    ScopeBits.kernels(1).forEach(kernel -> Allocation.assertNone(kernel.plan()::run));
  }
}
