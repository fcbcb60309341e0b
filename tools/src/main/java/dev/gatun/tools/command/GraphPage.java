package dev.gatun.tools.command;

import dev.gatun.graph.GraphView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A graph as one page that needs nothing else: its data, in a page that lays it out, folds and searches it. */
final class GraphPage {
  private static final String TEMPLATE = "viz.html";
  private static final String DATA = "/*GRAPH*/";
  private static final String TITLE = "<!--MODEL-->";

  private GraphPage() {}

  static String of(GraphView view) {
    var data = new LinkedHashMap<String, Object>();
    data.put("model", view.model());
    data.put("groups", view.groups().stream().map(GraphPage::group).toList());
    data.put("nodes", view.nodes().stream().map(GraphPage::node).toList());
    // Within a script an end tag would end it, and a comment's begin change its meaning.
    var json = Json.text(data).replace("<", "\\u003c");
    return template().replace(TITLE, Html.escaped(view.model())).replace(DATA, json);
  }

  private static List<Object> group(GraphView.Group group) {
    return List.of(group.outer(), group.name(), group.place());
  }

  private static Map<String, Object> node(GraphView.Box box) {
    var object = new LinkedHashMap<String, Object>();
    object.put("kind", box.kind().name().toLowerCase(Locale.ROOT));
    object.put("group", box.group());
    object.put("label", box.label());
    object.put("detail", box.detail());
    object.put("type", box.type());
    object.put("inputs", new ArrayList<>(box.inputs()));
    object.put("flops", box.flops());
    object.put("bytes", box.bytes());
    object.put("parameters", box.parameters());
    object.put("place", box.place());
    return object;
  }

  private static String template() {
    try (var in = GraphPage.class.getResourceAsStream(TEMPLATE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
