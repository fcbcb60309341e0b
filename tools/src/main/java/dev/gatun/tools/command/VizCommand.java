package dev.gatun.tools.command;

import dev.gatun.graph.GraphView;
import dev.gatun.memory.AtomicFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code viz}: a model's graph as a page, as a picture, or as a text for Graphviz or Mermaid. */
@Command(name = "viz", sortOptions = false,
    description = "Draw a model's graph: as a page to look into, as a picture, or for Graphviz or Mermaid.")
final class VizCommand implements Callable<Integer> {
  private static final Map<String, Function<GraphView, String>> WRITERS = Map.of(".html", GraphPage::of, ".svg",
      GraphPicture::of, ".dot", GraphText::dot, ".mmd", GraphText::mermaid);

  @Mixin
  private ModelOptions model;
  @Option(names = {"-o", "--out"}, paramLabel = "FILE", required = true,
      description = "Where to: a .html page, an .svg picture, or a .dot or .mmd text.")
  private Path out;
  @Mixin
  private SizeOptions sizes;
  @Mixin
  private Output output;

  @Override
  public Integer call() throws IOException {
    var name = out.getFileName() == null ? "" : out.getFileName().toString();
    var writer = WRITERS.entrySet().stream().filter(entry -> name.endsWith(entry.getKey())).map(Map.Entry::getValue)
        .findFirst().orElseThrow(() -> new UsageException("-o: " + out + " should end in .html, .svg, .dot or .mmd"));
    try {
      AtomicFile.check(out);
    } catch (IOException e) {
      throw new UsageException("-o: " + e.getMessage());
    }
    var opened = model.open();
    var elaborated = opened.elaborate(sizes.of(opened, 1), false);
    model.requireOutput(elaborated);
    var view = GraphView.of(elaborated);
    AtomicFile.write(out, writer.apply(view).getBytes(StandardCharsets.UTF_8));
    output.line("wrote " + out + ": " + view.nodes().size() + " nodes in " + view.groups().size() + " blocks");
    output.object(Map.of("file", out.toString(), "nodes", view.nodes().size(), "blocks", view.groups().size()));
    return ExitCode.GOOD;
  }
}
