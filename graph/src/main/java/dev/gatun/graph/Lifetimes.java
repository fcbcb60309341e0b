package dev.gatun.graph;

import dev.gatun.ops.Plan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * When each buffer of a plan's own memory is in use. Time counts kernels, those of a loop once; a buffer that lives on
 * both sides of a loop's edge lives through the loop.
 *
 * @param steps kernels in the order in which they run
 * @param lives of the buffers in the plan's memory, in the order of their places
 */
public record Lifetimes(List<Plan.Run> steps, List<Life> lives) {
  /** A buffer, and the first and last kernel that touch it; −1 and the number of kernels are before and after all. */
  public record Life(Plan.Buffer buffer, int first, int last) {
    /** Whether it holds something while a kernel runs. */
    public boolean covers(int step) {
      return first <= step && step <= last;
    }
  }

  public Lifetimes {
    steps = List.copyOf(steps);
    lives = List.copyOf(lives);
  }

  /** Those of a plan. */
  public static Lifetimes of(Plan plan) {
    var steps = new ArrayList<Plan.Run>();
    int count = plan.buffers().size();
    var first = new int[count];
    var last = new int[count];
    java.util.Arrays.fill(first, Integer.MAX_VALUE);
    java.util.Arrays.fill(last, -1);
    walk(plan.steps(), steps, first, last);
    plan.sources().values().forEach(source -> first[source.buffer()] = -1);
    plan.sources().values().forEach(source -> last[source.buffer()] = steps.size());
    plan.tables().forEach(table -> first[table.operand().buffer()] = -1);
    plan.tables().forEach(table -> last[table.operand().buffer()] = steps.size());
    plan.outputs().values().forEach(output -> last[output.buffer()] = steps.size());
    var lives = IntStream.range(0, count).filter(i -> plan.buffers().get(i).place() == Plan.Place.PLAN)
        .mapToObj(i -> new Life(plan.buffers().get(i), Math.min(first[i], last[i]), last[i]))
        .sorted(Comparator.comparingLong(life -> life.buffer.offset())).toList();
    return new Lifetimes(steps, lives);
  }

  private static void walk(List<Plan.Step> of, List<Plan.Run> steps, int[] first, int[] last) {
    for (var step : of) {
      switch (step) {
        case Plan.Run run -> {
          int now = steps.size();
          steps.add(run);
          run.in().forEach(operand -> touch(operand.buffer(), now, first, last));
          run.out().forEach(operand -> touch(operand.buffer(), now, first, last));
          if (run.workspace() >= 0) {
            touch(run.workspace(), now, first, last);
          }
        }
        case Plan.Repeat repeat -> {
          int start = steps.size();
          var before = first.clone();
          walk(repeat.body(), steps, first, last);
          for (int i = 0; i < first.length; i++) {
            if (before[i] < start && last[i] >= start) {
              last[i] = steps.size() - 1;
            }
          }
        }
      }
    }
  }

  private static void touch(int buffer, int now, int[] first, int[] last) {
    first[buffer] = Math.min(first[buffer], now);
    last[buffer] = now;
  }

  /** Bytes that are in use while a kernel runs. */
  public long bytes(int step) {
    return lives.stream().filter(life -> life.covers(step)).mapToLong(life -> life.buffer.bytes()).sum();
  }

  /** The kernel during which most bytes are in use; −1 if there is none. */
  public int peak() {
    return IntStream.range(0, steps.size()).boxed().max(Comparator.comparingLong((Integer step) -> bytes(step))
        .thenComparing(Comparator.reverseOrder())).orElse(-1);
  }
}
