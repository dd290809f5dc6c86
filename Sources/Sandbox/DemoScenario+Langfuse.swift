import Basics

/// Langfuse's settings for the assistants: what the models cost, and what the scores mean.
extension DemoScenario {
    var langfuseLists: [String: [JSONValue]] {
        [
            "models": Self.prices.sorted { $0.key < $1.key }.map { model($0.key, $0.value) }
                + [model("gpt-4", (0.03, 0.06), isManaged: true)],
            "score-configs": [
                scoreConfig("score-config-1", "helpfulness", "NUMERIC", [0, 1], "A judge's opinion of an answer"),
                scoreConfig(
                    "score-config-2", "tone", "CATEGORICAL", nil, "How an answer sounds",
                    categories: [object(label: "curt", value: 0), object(label: "friendly", value: 1)]),
            ],
        ]
    }

    /// Prices are US dollars per thousand tokens; Langfuse has them per token.
    private func model(
        _ name: String, _ price: (input: Double, output: Double), isManaged: Bool = false
    ) -> JSONValue {
        let (input, output) = (price.input / 1000, price.output / 1000)
        return object(
            id: "model-\(name)", modelName: name, matchPattern: "(?i)^(\(name))$", startDate: nil, unit: "TOKENS",
            inputPrice: input, outputPrice: output, totalPrice: nil, tokenizerId: "openai",
            tokenizerConfig: object(tokenizerModel: name, tokensPerName: 1), isLangfuseManaged: isManaged,
            createdAt: now - .days(300), prices: object(input: object(price: input), output: object(price: output)),
            pricingTiers: [
                object(
                    id: "tier-\(name)", name: "Standard", isDefault: true, priority: 0, conditions: emptyList,
                    prices: object(input: input, output: output))
            ])
    }

    private func scoreConfig(
        _ id: String, _ name: String, _ type: String, _ bounds: [Double]?, _ description: String,
        categories: JSONValue = .null
    ) -> JSONValue {
        object(
            id: id, projectId: LangfuseProvider.project, name: name, dataType: type, isArchived: false,
            minValue: bounds?.first, maxValue: bounds?.last, categories: categories, description: description,
            createdAt: now - .days(180), updatedAt: now - .days(180))
    }
}
