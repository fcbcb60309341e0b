package dev.gatun.tools.command;

import dev.gatun.graph.plan.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Why a plan is as it is, place by place. */
final class ReasonList {
  private ReasonList() {}

  static List<String> lines(List<Reason> reasons) {
    var lines = new ArrayList<String>();
    if (reasons.isEmpty()) {
      lines.add("nothing was to be decided");
    }
    var places = new Places(reasons.stream().map(Reason::origin).toList());
    var kernels = new LinkedHashMap<String, List<String>>();
    for (var reason : reasons) {
      var texts = kernels.computeIfAbsent(reason.kernel() + places.at(reason.origin()), k -> new ArrayList<>());
      var text = "  " + reason.sentence(places::at);
      if (!texts.contains(text)) {
        texts.add(text);
      }
    }
    kernels.forEach((kernel, texts) -> {
      lines.add(kernel);
      lines.addAll(texts);
    });
    return lines;
  }

  static List<Map<String, Object>> objects(List<Reason> reasons) {
    var objects = new ArrayList<Map<String, Object>>();
    for (var reason : reasons) {
      var object = new LinkedHashMap<String, Object>();
      object.put("origin", reason.origin());
      object.put("kernel", reason.kernel());
      object.put("text", reason.sentence());
      objects.add(object);
    }
    return objects;
  }
}
