package dev.gatun.memory;

import java.util.List;
import java.util.stream.Collectors;

/**
 * An allocation would have passed the limit of a root arena, or a plan what is left of it; nothing was allocated.
 *
 * <p>To mend it: raise the limit given to {@link TensorArena#root}, use a smaller batch, or close one of the owners
 * that the message names.
 */
public final class BudgetException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Bytes that one arena holds itself, its children not counted; or a value that a plan holds.
   *
   * @param arena the name given when it was opened; or what makes the value
   */
  public record Owner(String arena, long bytes) {}

  private final long requested;
  private final long used;
  private final long limit;
  private final transient List<Owner> largest;

  static BudgetException ofArena(String arena, long requested, long used, long limit, List<Owner> largest) {
    return new BudgetException("arena `" + arena + "` requested " + Bytes.text(requested) + ", but " + Bytes.text(used)
        + " of the limit of " + Bytes.text(limit) + " are used" + owners("; largest owners: ", largest),
        requested, used, limit, largest);
  }

  private BudgetException(String message, long requested, long used, long limit, List<Owner> largest) {
    super(message);
    this.requested = requested;
    this.used = used;
    this.limit = limit;
    this.largest = List.copyOf(largest);
  }

  /**
   * For a plan that cannot be made to fit.
   *
   * @param least the fewest bytes that were reached
   * @param budget bytes that it may have
   * @param largest what it holds when it holds most
   */
  public static BudgetException ofPlan(long least, long budget, List<Owner> largest) {
    return new BudgetException("the plan takes at least " + Bytes.text(least) + ", and "
        + Bytes.text(Math.max(0, budget)) + " are left for it" + owners("; it holds most for ", largest), least, 0,
        budget, largest);
  }

  /**
   * The same of a plan whose kernels need memory beside it.
   *
   * @param besides the bytes that they were seen to need; they may need more
   * @param budget bytes that the plan and they may have
   */
  public BudgetException withKernels(long besides, long budget) {
    return new BudgetException("the plan takes at least " + Bytes.text(requested) + " and its kernels "
        + Bytes.text(besides) + " besides, and " + Bytes.text(Math.max(0, budget)) + " are left for both"
        + owners("; the plan holds most for ", largest), requested + besides, 0, budget, largest);
  }

  /**
   * For variables that no plan can make smaller.
   *
   * @param bytes what they take
   * @param budget bytes that they and the plan may have
   */
  public static BudgetException ofVariables(long bytes, long budget) {
    return new BudgetException("parameters and states alone take " + Bytes.text(bytes) + ", more than the "
        + Bytes.text(budget) + " that they and the plan may have", bytes, 0, budget, List.of());
  }

  private static String owners(String head, List<Owner> largest) {
    return largest.isEmpty() ? "" : head + largest.stream()
        .map(owner -> "`" + owner.arena() + "` " + Bytes.text(owner.bytes())).collect(Collectors.joining(", "));
  }

  /** Bytes that the allocation needed; the fewest that a plan was brought to. */
  public long requested() {
    return requested;
  }

  /** Bytes in use under the root at that moment; 0 for a plan. */
  public long used() {
    return used;
  }

  /** Bytes that the root may hold; for a plan, that it may. */
  public long limit() {
    return limit;
  }

  /** The arenas that held most, or what a plan holds most for, largest first. */
  public List<Owner> largest() {
    return largest;
  }
}
