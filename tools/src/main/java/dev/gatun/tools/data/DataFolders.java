package dev.gatun.tools.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where data files are looked for: in the folder that the user named and nowhere else, or else in the folder that the
 * environment names and in the one of Debian's packages.
 *
 * @param given by {@code --data-dir}; may be null
 * @param environment the value of {@link #VARIABLE}; may be null
 */
public record DataFolders(Path given, String environment) {
  /** The environment variable that names a folder with a folder for each data set. */
  public static final String VARIABLE = "GATUN_DATA";

  private static final Path DEBIAN = Path.of("/usr/share/datasets");

  /** The folders of this process. */
  public static DataFolders of(Path given) {
    return new DataFolders(given, System.getenv(VARIABLE));
  }

  /** The folders in which a data set may lie, in the order in which they are tried. */
  List<Path> of(String dataSet) {
    if (given != null) {
      return List.of(given, given.resolve(dataSet));
    }
    var folders = new ArrayList<Path>();
    if (environment != null && !environment.isEmpty()) {
      folders.add(Path.of(environment).resolve(dataSet));
    }
    folders.add(DEBIAN.resolve(dataSet));
    return folders;
  }
}
