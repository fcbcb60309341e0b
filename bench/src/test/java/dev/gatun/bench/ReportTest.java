package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Row BESIDE = new Row("gemm", "512³", 1, 2e-3, peers(3e-3, 1e-3), 2.4e8, 3e6, 2e11, 1.5e-6, true,
      "here");
  private static final Row ALONE = new Row("map", "chain, 16 KiB", 2, 0.5e-6, Map.of(), 0, 65536, 2e11, 0, false,
      "here");

  private static Map<String, Double> peers(double first, double second) {
    var peers = new LinkedHashMap<String, Double>();
    peers.put("MKL", first);
    peers.put("a peer", second);
    return peers;
  }

  @Test
  void textIsOfUsAndThePeers() {
    assertEquals("""
        512³
          1 thread: 2.00 ms, 120.0 GFLOP/s, 60 % of peak, error 2e-06
          beside MKL 1.50×, a peer 0.50×
        """, Report.text(BESIDE));
    assertEquals("""
        chain, 16 KiB
          2 threads: 0.00050 ms, 131.1 GB/s, 66 % of peak, error 0e+00, unsteady
        """, Report.text(ALONE));
  }

  @Test
  void markdownHasOneLineForEachPeer() {
    assertEquals("""
        | work | threads | ours, ms | rate | of peak | error | peer | its ms | ours faster by |
        | --- | ---: | ---: | ---: | ---: | ---: | --- | ---: | ---: |
        | 512³ | 1 | 2.00 | 120.0 GFLOP/s | 60 % | 1.5e-06 | MKL | 3.00 | 1.50× |
        | 512³ | 1 | 2.00 | 120.0 GFLOP/s | 60 % | 1.5e-06 | a peer | 1.00 | 0.50× |
        | chain, 16 KiB | 2 | 0.00050 (unsteady) | 131.1 GB/s | 66 % | 0.0e+00 | | | |
        """, Report.markdown(List.of(BESIDE, ALONE)));
  }

  @Test
  void csvQuotesNames() {
    assertEquals("""
        suite,case,threads,ours_ms,gflops,gbps,percent_of_peak,relative_error,steady,peer,peer_ms,ratio
        gemm,"512³",1,2.00,120.0,1.5,60.0,1.5e-06,true,"MKL",3.00,1.500
        gemm,"512³",1,2.00,120.0,1.5,60.0,1.5e-06,true,"a peer",1.00,0.500
        map,"chain, 16 KiB",2,0.00050,,131.1,65.5,0.0e+00,false,,,
        """, Report.csv(List.of(BESIDE, ALONE)));
  }

  @Test
  void timesKeepThreeDigits() {
    assertEquals(List.of("0.00123", "0.1230", "12.30", "123.0"),
        List.of(1.23e-6, 1.23e-4, 12.3e-3, 0.123).stream().map(Sizes::milliseconds).toList());
  }

  /** What a process prints for its parent is read as it was. */
  @Test
  void rowsSurviveTheirLine() {
    assertEquals(BESIDE, Row.parse(BESIDE.line()));
    assertEquals(ALONE, Row.parse(ALONE.line()));
    assertThrows(IllegalArgumentException.class, () -> Row.parse("gemm\t512³"));
  }

  @Test
  void meansAreGeometric() {
    var other = new Row("gemm", "64³", 1, 1e-3, peers(6e-3, 1e-3), 1, 1, 1, 0, true, "here");
    var means = Report.means(List.of(BESIDE, other, ALONE));
    assertEquals(Set.of("gemm"), means.keySet());
    assertEquals(3, means.get("gemm").get(1).get("MKL"), 1e-12);
    assertEquals(Math.sqrt(0.5), means.get("gemm").get(1).get("a peer"), 1e-12);
  }

  @Test
  void peakIsTheBestOfTheLoopAndAllSides() {
    var rows = Workshop.besideBestPeak(List.of(BESIDE, ALONE));
    assertEquals(2.4e11, rows.get(0).peak(), 1);
    assertEquals(2e11, rows.get(1).peak());
  }
}
