package dev.gatun.graph.plan;

import dev.gatun.memory.BudgetException;
import dev.gatun.ops.Backend;
import dev.gatun.ops.Plan;
import java.util.function.Function;

/** Makes a program's plan fit a budget by {@link Rematerialization}. */
final class Fitting {
  /** How often a smaller target is tried where a plan does not fit. */
  private static final int TRIES = 8;
  private static final int PARTS = 10;
  private static final int HOLDERS_NAMED = 5;

  private final Program program;
  private final Backend machine;
  private final Function<Program, Plan> layOut;
  private Rematerialization again;
  private Plan plan;

  private Fitting(Program program, Backend machine, Function<Program, Plan> layOut) {
    this.program = program;
    this.machine = machine;
    this.layOut = layOut;
  }

  /** A plan and which of its kernels run again. */
  record Fitted(Plan plan, Rematerialization again) {}

  /**
   * A plan whose memory fits.
   *
   * @param whole bytes of the plan that computes nothing again
   * @param budget fewer bytes than those
   * @param layOut gives a program memory
   * @throws BudgetException if none is found; it names the least that other budgets reach
   */
  static Fitted fit(Program program, long whole, long budget, Backend machine, Function<Program, Plan> layOut) {
    var fitting = new Fitting(program, machine, layOut);
    // What is laid out takes more than what is alive: copies between layouts, gaps. So the target is lowered by that.
    long target = budget;
    for (int i = 0; i < TRIES && target > 0 && fitting.reaches(target); i++) {
      if (fitting.plan.planBytes() <= budget) {
        return new Fitted(fitting.plan, fitting.again);
      }
      target -= Math.max(fitting.plan.planBytes() - budget, budget / 64);
    }
    // These targets are no matter of the budget: whoever asks for the least that is named here gets it.
    Fitted least = null;
    boolean lower = true;
    for (int part = PARTS - 1; part > 0 && lower; part--) {
      lower = fitting.reaches(whole / PARTS * part);
      if (fitting.plan.planBytes() <= budget) {
        return new Fitted(fitting.plan, fitting.again);
      }
      if (least == null || fitting.plan.planBytes() < least.plan.planBytes()) {
        least = new Fitted(fitting.plan, fitting.again);
      }
    }
    throw refusal(least, whole, budget);
  }

  private boolean reaches(long target) {
    again = Rematerialization.of(program, target, machine);
    plan = layOut.apply(again.program());
    return again.peakBytes() <= target;
  }

  private static BudgetException refusal(Fitted least, long whole, long budget) {
    return BudgetException.ofPlan(Math.min(whole, least.plan.planBytes()), budget, least.again.held().stream()
        .limit(HOLDERS_NAMED).map(slot -> new BudgetException.Owner(name(slot, least.again), Memory.size(slot)))
        .toList());
  }

  private static String name(Slot slot, Rematerialization in) {
    var maker = in.maker(slot);
    return maker == null ? slot.name() : maker.name() + (maker.origin().isEmpty() ? "" : " at " + maker.origin());
  }
}
