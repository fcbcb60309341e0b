package dev.gatun.tools.command;

import dev.gatun.memory.Bytes;
import dev.gatun.ops.Cost;
import dev.gatun.ops.KernelSpec;
import dev.gatun.ops.KernelText;
import dev.gatun.ops.Plan;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A plan as a table, one line a kernel, and the code of its kernels. Kernels are numbered as they run. */
final class PlanTable {
  private static final int KERNEL = 15;
  private static final String ROW = "%3s %-15s %-17s %6s %9s %5s %s";
  private static final String[] UNITS = {"", " k", " M", " G", " T", " P"};

  private final Plan plan;
  private final List<Plan.Run> runs = new ArrayList<>();
  private final Places places;

  PlanTable(Plan plan) {
    this.plan = plan;
    collect(plan.steps());
    places = new Places(runs.stream().map(Plan.Run::origin).toList());
  }

  private void collect(List<Plan.Step> steps) {
    for (var step : steps) {
      switch (step) {
        case Plan.Run run -> runs.add(run);
        case Plan.Repeat repeat -> collect(repeat.body());
      }
    }
  }

  List<String> lines() {
    var lines = new ArrayList<String>();
    lines.add(String.format(ROW, "", "kernel", "result", "flops", "bytes", "per B", "at").stripTrailing());
    steps(plan.steps(), 0, "", lines);
    double flops = plan.steps().stream().mapToDouble(step -> Cost.of(step).flops()).sum();
    double bytes = plan.steps().stream().mapToDouble(step -> Cost.of(step).bytes()).sum();
    lines.add(runs.size() + (runs.size() == 1 ? " kernel on " : " kernels on ") + plan.machine() + ": " + count(flops)
        + " flops, " + Bytes.text((long) bytes) + " read and written");
    lines.add(Bytes.text(plan.planBytes()) + " of memory for what is computed");
    if (plan.preparation() != null) {
      int kernels = new PlanTable(plan.preparation()).runs.size();
      lines.add(Bytes.text(plan.bytes(Plan.Place.PREPARED)) + " prepared of parameters by " + kernels
          + (kernels == 1 ? " kernel" : " kernels") + ", anew when they change");
    }
    return lines;
  }

  private int steps(List<Plan.Step> steps, int number, String indent, List<String> lines) {
    int next = number;
    for (var step : steps) {
      switch (step) {
        case Plan.Run run -> {
          var cost = Cost.of(run);
          lines.add(String.format(ROW, next++, indent + kernel(run), run.out().getFirst().type(),
              cost.flops() == 0 ? "" : count(cost.flops()), Bytes.text((long) cost.bytes()), cost.flops() == 0 ? ""
                  : String.format(Locale.ROOT, "%.1f", cost.intensity()), places.shortest(run.origin()))
              .stripTrailing());
        }
        case Plan.Repeat repeat -> {
          lines.add("    " + indent + "repeat " + repeat.count() + " {");
          next = steps(repeat.body(), next, indent + "  ", lines);
          lines.add("    " + indent + "}");
        }
      }
    }
    return next;
  }

  /** Its name, and what a map computes last or a row folds, as far as there is room. */
  static String kernel(Plan.Run run) {
    var name = run.choice().name();
    var text = switch (run.spec()) {
      case KernelSpec.Map map -> name + " " + KernelText.name(map);
      case KernelSpec.Row row -> name + " " + KernelText.name(row).replaceAll(" over .*", "");
      default -> name;
    };
    return text.length() <= KERNEL ? text : text.substring(0, KERNEL - 1) + "…";
  }

  /** A number of some three digits. */
  static String count(double number) {
    double value = number;
    int unit = 0;
    while (value >= 999.5 && unit < UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 || value >= 99.95 ? "%.0f%s" : "%.1f%s", value, UNITS[unit]);
  }

  List<Map<String, Object>> objects() {
    return objects(plan.steps());
  }

  private List<Map<String, Object>> objects(List<Plan.Step> steps) {
    var objects = new ArrayList<Map<String, Object>>();
    for (var step : steps) {
      var object = new LinkedHashMap<String, Object>();
      switch (step) {
        case Plan.Run run -> {
          var cost = Cost.of(run);
          object.put("kernel", run.choice().name());
          object.put("origin", run.origin());
          object.put("in", run.in().stream().map(operand -> operand.type().toString()).toList());
          object.put("out", run.out().stream().map(operand -> operand.type().toString()).toList());
          object.put("flops", cost.flops());
          object.put("bytes", cost.bytes());
          object.put("intensity", cost.intensity());
        }
        case Plan.Repeat repeat -> {
          object.put("repeat", repeat.count());
          object.put("body", objects(repeat.body()));
        }
      }
      objects.add(object);
    }
    return objects;
  }

  /** The code of each kernel; what is the same as before is not shown again. */
  List<String> code() {
    var lines = new ArrayList<String>();
    var shown = new LinkedHashMap<String, Integer>();
    for (int i = 0; i < runs.size(); i++) {
      var run = runs.get(i);
      var text = KernelText.of(run);
      var head = i + " " + run.choice().name() + places.at(run.origin());
      var before = shown.putIfAbsent(text, i);
      if (before != null) {
        lines.add(head + ": as " + before);
      } else {
        lines.add(head);
        lines.add("    // " + operands(run));
        text.lines().forEach(line -> lines.add("    " + line));
      }
    }
    return lines;
  }

  private static String operands(Plan.Run run) {
    var in = run.in().stream().map(operand -> operand.type().toString()).toList();
    var out = run.out().stream().map(operand -> operand.type().toString()).toList();
    return (in.isEmpty() ? "" : String.join(", ", in) + " ") + "→ " + String.join(", ", out);
  }

  List<Map<String, Object>> codeObjects() {
    var objects = new ArrayList<Map<String, Object>>();
    for (var run : runs) {
      var object = new LinkedHashMap<String, Object>();
      object.put("kernel", run.choice().name());
      object.put("origin", run.origin());
      object.put("code", KernelText.of(run));
      objects.add(object);
    }
    return objects;
  }
}
