import Reports
import Testing

@Suite("A figure's data")
struct FigureDataTests {
    @Test("lines as CSV have a row for every point, spreads in columns of their own, and quotes where needed")
    func linesAsCSV() {
        #expect(
            ReportSamples.lines.csv() == """
                series,tokens,bytes,bytes_low,bytes_high
                full,0,0,,
                full,2048,3221225472,,
                "a, ""quoted"" name",0,0,0,0
                "a, ""quoted"" name",2048,0.5,0.25,1610612736

                """)
    }

    @Test("a heat map as CSV has a row for every cell")
    func cellsAsCSV() {
        #expect(
            ReportSamples.cells.csv() == """
                layer,kv_head,compression_ratio
                0,0,1
                0,1,2
                1,0,4
                1,1,8.5

                """)
    }

    @Test("a heat map as JSON has its axes and all cells")
    func cellsAsJSON() throws {
        #expect(
            try ReportSamples.cells.json() == """
                {
                  "cells" : [
                    [
                      1,
                      2
                    ],
                    [
                      4,
                      8.5
                    ]
                  ],
                  "kind" : "heat map",
                  "name" : "cells",
                  "title" : "Four heads",
                  "value" : {
                    "column" : "compression_ratio",
                    "label" : "Compression",
                    "unit" : "tokens_per_slot"
                  },
                  "x" : {
                    "column" : "kv_head",
                    "label" : "KV head",
                    "unit" : "index"
                  },
                  "y" : {
                    "column" : "layer",
                    "label" : "Layer",
                    "unit" : "index"
                  }
                }
                """)
    }

    @Test("lines as JSON have points, spreads and marks")
    func linesAsJSON() throws {
        var figure = ReportSamples.lines
        guard case .lines(var chart) = figure.chart else { return }
        chart.series = [chart.series[1]]
        chart.series[0].points.removeFirst()
        figure.chart = .lines(chart)
        #expect(
            try figure.json() == """
                {
                  "kind" : "lines",
                  "name" : "lines",
                  "series" : [
                    {
                      "mark" : {
                        "label" : "memory ends at 2",
                        "x" : 2048,
                        "y" : 0.5
                      },
                      "name" : "a, \\"quoted\\" name",
                      "points" : [
                        {
                          "high" : 1610612736,
                          "low" : 0.25,
                          "x" : 2048,
                          "y" : 0.5
                        }
                      ]
                    }
                  ],
                  "spread" : "least and most",
                  "title" : "Two lines",
                  "x" : {
                    "column" : "tokens",
                    "label" : "Sequence length",
                    "unit" : "tokens"
                  },
                  "y" : {
                    "column" : "bytes",
                    "label" : "Cache",
                    "unit" : "bytes"
                  }
                }
                """)
    }
}
