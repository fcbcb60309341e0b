package dev.gatun.tools.command;

import dev.gatun.tools.zoo.Zoo;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code zoo}: the models that ship with Gatun. */
@Command(name = "zoo", sortOptions = false, description = "The models that ship with Gatun.",
    subcommands = {ZooCommand.ListModels.class, ZooCommand.Show.class})
final class ZooCommand extends Group {

  /** {@code zoo list}. */
  @Command(name = "list", description = "List the models.")
  static final class ListModels implements Callable<Integer> {
    @Mixin
    private Output output;

    @Override
    public Integer call() {
      for (var entry : Zoo.all()) {
        output.line(String.format("%-14s %-52s data: %s", entry.name(), entry.about(), entry.dataSet()));
      }
      output.object(Map.of("models", Zoo.all().stream().map(ListModels::object).toList()));
      return ExitCode.GOOD;
    }

    private static Map<String, String> object(Zoo.Entry entry) {
      var object = new LinkedHashMap<String, String>();
      object.put("name", entry.name());
      object.put("dataset", entry.dataSet());
      object.put("about", entry.about());
      return object;
    }
  }

  /** {@code zoo show}. */
  @Command(name = "show", description = "Print a model's file, to read or to begin one's own with.")
  static final class Show implements Callable<Integer> {
    @Mixin
    private Output output;

    @Parameters(index = "0", paramLabel = "MODEL", description = "A model of the zoo.")
    private String name;

    @Override
    public Integer call() {
      var entry = Zoo.find(name);
      if (entry == null) {
        List<String> names = Zoo.all().stream().map(Zoo.Entry::name).toList();
        throw new UsageException("the zoo has no `" + name + "`" + Names.similar(name, names) + " (it has "
            + String.join(", ", names) + ")");
      }
      output.line(entry.text().stripTrailing());
      output.object(Map.of("name", entry.name(), "text", entry.text()));
      return ExitCode.GOOD;
    }
  }
}
