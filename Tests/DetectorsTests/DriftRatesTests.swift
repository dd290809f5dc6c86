import DetectorWorld
import OnCallModel
import Testing

/// One world of each kind; `make trials` measures the rates over many.
@Suite("prompt_drift: a feature that fails now and then")
struct DriftRatesTests {
    @Test("its own rate of failure is no finding in eleven cycles, and a change of it is one")
    func change() async throws {
        let result = try await DriftPatrols(base: 0.05, rate: 0.5).run(seed: 7919)
        #expect(result.falseAlarms == 0 && result.isChangeFound)
    }

    @Test("without contrast its own rate is a finding")
    func withoutContrast() async throws {
        var settings = Settings()
        settings.driftRequiresContrast = false
        #expect(try await DriftPatrols(base: 0.05, rate: 0.5, settings: settings).run(seed: 7919).falseAlarms > 0)
    }
}
