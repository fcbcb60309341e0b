package dev.gatun.tools.command;

import dev.gatun.graph.Model;
import dev.gatun.graph.language.Recipe;
import dev.gatun.tools.data.DataFolders;
import dev.gatun.tools.data.DataSets;
import dev.gatun.tools.data.DataSource;
import dev.gatun.tools.data.Split;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Option;

/** Which data a verb is about. */
final class DataOptions {
  @Option(names = "--data", paramLabel = "NAME",
      description = "The data set, in place of the one that the model's recipe names (gatun data list).")
  private String name;

  @Option(names = "--data-dir", paramLabel = "DIR", description = "The folder, or for a text the file, with the data.")
  private Path folder;

  /** A data set that was read. */
  record Loaded(DataSource source, Split split) {}

  /** The flags that were given as words of a command line. */
  List<String> words() {
    var words = new ArrayList<String>();
    if (name != null) {
      words.addAll(List.of("--data", name));
    }
    if (folder != null) {
      words.addAll(List.of("--data-dir", folder.toString()));
    }
    return words;
  }

  DataFolders folders() {
    return DataFolders.of(folder);
  }

  /** Whether the flags or the model's recipe name a data set. */
  boolean isNamed(Model model) {
    return name != null || model.data() != null;
  }

  /** Reads the data set that the flags or the model's recipe name. */
  Loaded load(Model model) {
    if (!isNamed(model)) {
      throw new UsageException("the model's recipe names no data set: name one with --data");
    }
    var call = model.data();
    var wanted = name != null ? name : call.name();
    var source = DataSets.find(wanted);
    if (source == null) {
      throw name != null ? new UsageException(unknown(name))
          : new InputException(call.place() + ": " + unknown(wanted));
    }
    boolean sameSet = call != null && DataSets.find(call.name()) == source;
    return new Loaded(source, source.load(folders(), sameSet ? arguments(call) : Map.of()));
  }

  /** Fails if the recipe names a data set that there is not, or gives it arguments that it does not take. */
  static void check(Model model) {
    var call = model.data();
    if (call != null) {
      var source = DataSets.find(call.name());
      if (source == null) {
        throw new InputException(call.place() + ": " + unknown(call.name()));
      }
      source.requireKnown(arguments(call).keySet());
    }
  }

  private static String unknown(String wanted) {
    var names = DataSets.all().stream().map(DataSource::name).toList();
    return "no data set is called `" + wanted + "`" + Names.similar(wanted, names) + " (there are "
        + String.join(", ", names) + ")";
  }

  private static Map<String, Long> arguments(Recipe.Call call) {
    if (!call.positional().isEmpty()) {
      throw new InputException(call.place() + ": a data set takes its arguments by name");
    }
    var arguments = new LinkedHashMap<String, Long>();
    call.named().forEach((key, item) -> {
      if (!(item instanceof Recipe.Int number)) {
        throw new InputException(call.place() + ": `" + key + "` of a data set is a whole number");
      }
      arguments.put(key, number.value());
    });
    return arguments;
  }
}
