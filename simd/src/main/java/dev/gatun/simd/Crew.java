package dev.gatun.simd;

import dev.gatun.ops.Profile;
import java.lang.foreign.SegmentAllocator;

/** The workers of one loaded plan: the process's team, and scratch memory for each of its threads. */
final class Crew {
  /** Null if one worker is all. */
  private final Team team;
  private final int threads;
  private final Scratch[] scratches;
  /** Tells when workers have a part in a kernel; null if nobody wants to know. */
  private final Told told;

  /** Tasks of the kernel that runs, whose times are told. Those of worker 0 are the kernel's own. */
  private static final class Told implements Team.Task {
    private final Profile.Recorder recorder;
    private int kernel;
    private Team.Task task;

    private Told(Profile.Recorder recorder) {
      this.recorder = recorder;
    }

    @Override
    public void run(int number, int worker) {
      if (worker == 0) {
        task.run(number, worker);
        return;
      }
      long start = System.nanoTime();
      task.run(number, worker);
      recorder.took(kernel, worker, start, System.nanoTime());
    }
  }

  /**
   * Workers of a plan.
   *
   * @param threads how many may take part at once
   * @param recorder who is told when they do, or null
   */
  Crew(SegmentAllocator memory, int threads, Profile.Recorder recorder) {
    this.team = Team.shared();
    this.threads = threads;
    this.told = recorder == null ? null : new Told(recorder);
    scratches = new Scratch[team.size()];
    for (int i = 0; i < scratches.length; i++) {
      scratches[i] = new Scratch(memory);
    }
  }

  private Crew(Scratch alone) {
    team = null;
    threads = 1;
    told = null;
    scratches = new Scratch[] {alone};
  }

  /** One of the workers as a crew of its own: its tasks run on the calling thread. */
  Crew alone(int worker) {
    return new Crew(scratches[worker]);
  }

  /** Allocates what the steps have reserved. */
  void allocate(SegmentAllocator memory) {
    for (var scratch : scratches) {
      scratch.allocate(memory);
    }
  }

  int size() {
    return scratches.length;
  }

  /** How many take part at once, at most. */
  int threads() {
    return Math.min(threads, size());
  }

  Scratch[] scratches() {
    return scratches;
  }

  Scratch scratch(int worker) {
    return scratches[worker];
  }

  /** Runs tasks on the team. */
  void run(int tasks, Team.Task task) {
    if (team == null) {
      runInline(tasks, task);
    } else if (told != null) {
      told.task = task;
      team.run(tasks, threads, told);
    } else {
      team.run(tasks, threads, task);
    }
  }

  /** Says which kernel runs from now on. */
  void at(int kernel) {
    told.kernel = kernel;
  }

  /** Runs tasks on the calling thread: below some 32 Ki elements waking another one costs more than it gives. */
  void runInline(int tasks, Team.Task task) {
    for (int i = 0; i < tasks; i++) {
      task.run(i, 0);
    }
  }

  /** Elements from which a kernel is shared out. */
  static final long WORTH_SHARING = 32 << 10;

  void run(long elements, int tasks, Team.Task task) {
    run(elements >= WORTH_SHARING, tasks, task);
  }

  /** Runs tasks on the team, or on the calling thread alone. */
  void run(boolean shared, int tasks, Team.Task task) {
    if (shared) {
      run(tasks, task);
    } else {
      runInline(tasks, task);
    }
  }
}
