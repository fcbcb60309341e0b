package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.gatun.graph.Explanation;
import dev.gatun.graph.Lifetimes;
import dev.gatun.graph.Machines;
import dev.gatun.memory.Bytes;
import dev.gatun.ops.Convolve;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.Plan;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The memory of a training step of ResNet-18 on 32 images of 32 × 32 pixels. */
class ResnetMemoryTest {
  private final Plan plan = Explanation.ofTraining(Network.RESNET18.model().elaborate(Map.of("N", 32L), true),
      Machines.named("cpu")).plan();
  private final Lifetimes lifetimes = Lifetimes.of(plan);
  /** The kernel of the loss, behind which the backward pass begins. */
  private final int loss = IntStream.range(0, lifetimes.steps().size()).filter(i ->
      lifetimes.steps().get(i).spec() instanceof KernelSpec.Row
      && lifetimes.steps().get(i).origin().contains("cross_entropy")).findFirst().orElseThrow();

  private long bytes(Predicate<Lifetimes.Life> which) {
    return lifetimes.lives().stream().filter(which).mapToLong(life -> life.buffer().bytes()).sum();
  }

  /** What the forward pass made and the backward pass reads. */
  private long activations() {
    return bytes(life -> life.first() <= loss && life.last() > loss);
  }

  /**
   * The backward pass reads of each convolution its input, and its result less the mean, which batch_norm scales: of
   * nothing is there a second copy.
   */
  @Test
  void activationsAreInputsAndResultsOfConvolutionsAlone() {
    var kept = new HashMap<Object, Long>();
    for (var run : lifetimes.steps().subList(0, loss)) {
      if (run.spec() instanceof KernelSpec.Direct direct && direct.op() instanceof Convolve) {
        kept.put(run.in().getFirst().buffer(), run.in().getFirst().type().bytes());
        kept.put(run, run.out().getFirst().type().bytes());
      }
    }
    long needed = kept.values().stream().mapToLong(Long::longValue).sum();
    assertTrue(activations() <= 1.02 * needed, () -> Bytes.text(activations()) + " for " + Bytes.text(needed));
  }

  /**
   * The peak is at most a tenth above the activations and the largest set of gradients that must be alive at once:
   * those of a block's result, which its shortcut waits for, and of one convolution's result and input, where they are
   * widest.
   */
  @Test
  void peakIsNearWhatItMustBe() {
    long widest = 4L * 32 * 64 * 32 * 32;
    long needed = activations() + 3 * widest;
    assertTrue(plan.planBytes() <= 1.1 * needed, () -> Bytes.text(plan.planBytes()) + " for " + Bytes.text(needed));
    long gradients = IntStream.range(loss + 1, lifetimes.steps().size()).mapToLong(step ->
        bytes(life -> life.first() > loss && life.covers(step))).max().orElseThrow();
    assertTrue(gradients <= 3.6 * widest, () -> "gradients pile up to " + Bytes.text(gradients));
  }
}
