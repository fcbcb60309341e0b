package dev.gatun.tools.command;

import dev.gatun.tools.data.DataFolders;
import dev.gatun.tools.data.DataSets;
import dev.gatun.tools.data.DataSource;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code data}: the data sets. */
@Command(name = "data", sortOptions = false, description = "The data sets.", subcommands = DataCommand.ListSets.class)
final class DataCommand extends Group {

  /** {@code data list}. */
  @Command(name = "list", sortOptions = false,
      description = "List the data sets: what they are, their licences, and where they are found.")
  static final class ListSets implements Callable<Integer> {
    @Option(names = "--data-dir", paramLabel = "DIR", description = "A folder to look in.")
    private Path folder;
    @Mixin
    private Output output;

    @Override
    public Integer call() {
      var folders = DataFolders.of(folder);
      for (var set : DataSets.all()) {
        var place = set.place(folders);
        output.line(String.format("%-14s %s", set.name(), set.about()));
        output.line(String.format("%-14s %s train, %s test; %s", "", set.train(), set.test(), set.fields()));
        output.line(String.format("%-14s licence: %s; %s", "", set.licence(),
            place == null ? "missing: " + set.remedy() : place.startsWith("/") ? "in " + place : place));
      }
      output.object(Map.of("datasets", DataSets.all().stream().map(set -> object(set, folders)).toList()));
      return ExitCode.GOOD;
    }

    private static Map<String, String> object(DataSource set, DataFolders folders) {
      var object = new LinkedHashMap<String, String>();
      object.put("name", set.name());
      object.put("about", set.about());
      object.put("train", set.train());
      object.put("test", set.test());
      object.put("fields", set.fields());
      object.put("licence", set.licence());
      object.put("place", set.place(folders));
      return object;
    }
  }
}
