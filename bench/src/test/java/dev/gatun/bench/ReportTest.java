package dev.gatun.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Row BESIDE = new Row("SGEMM", "512³", 1, 2e-3, "a \"rival\"", 3e-3, 2.4e8, Row.Unit.FLOPS, 2e11,
      1.5e-6, true);
  private static final Row ALONE = new Row("map", "16 KiB", 2, 0.5e-6, null, Double.NaN, 0, Row.Unit.BYTES, 0,
      Double.NaN, false);

  @Test
  void markdownHasOneLineForEachRow() {
    assertEquals("""
        | work | size | threads | ours, ms | rival | rival, ms | ours faster by | our rate | rival's rate | of peak \
        | error |
        | --- | --- | ---: | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |
        | SGEMM | 512³ | 1 | 2.00 | a "rival" | 3.00 | 1.50× | 120.0 GFLOP/s | 80.0 | 60 % | 1.5e-06 |
        | map | 16 KiB | 2 | 0.00050 (unsteady) |  |  |  |  |  |  |  |
        """, Report.markdown(List.of(BESIDE, ALONE)));
  }

  @Test
  void jsonHasOneObjectForEachRowAndNullForWhatDoesNotApply() {
    assertEquals("""
        {"work":"SGEMM","size":"512³","threads":1,"seconds":0.002,"rival":"a \\"rival\\"","rival_seconds":0.003,\
        "ratio":1.5,"unit":"flops","rate":1.2E11,"peak":2.0E11,"error":1.5E-6,"steady":true}
        {"work":"map","size":"16 KiB","threads":2,"seconds":5.0E-7,"rival":null,"rival_seconds":null,"ratio":null,\
        "unit":null,"rate":null,"peak":null,"error":null,"steady":false}
        """, Report.json(List.of(BESIDE, ALONE)));
  }

  @Test
  void timesKeepThreeDigits() {
    assertEquals(List.of("0.00123", "0.1230", "12.30", "123.0"),
        List.of(1.23e-6, 1.23e-4, 12.3e-3, 0.123).stream().map(Report::milliseconds).toList());
  }
}
