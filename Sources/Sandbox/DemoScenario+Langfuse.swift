import Basics

/// Langfuse's settings for the assistants: what the models cost, and what the scores mean.
extension DemoScenario {
    var langfuseLists: ListedRecords {
        [
            "models": Self.prices.map(model) + [
                model("gpt-4", input: 0.03, output: 0.06, isManaged: true)
            ],
            "score-configs": [
                scoreConfig("score-config-1", "helpfulness", "NUMERIC", [0, 1], "A judge's opinion of an answer"),
                scoreConfig(
                    "score-config-2", "tone", "CATEGORICAL", nil, "How an answer sounds",
                    categories: [["label": "curt", "value": 0], ["label": "friendly", "value": 1]]),
            ],
        ]
    }

    private func model(_ name: String, price: (input: Double, output: Double)) -> JSONValue {
        model(name, input: price.input, output: price.output, isManaged: false)
    }

    /// Prices are US dollars per thousand tokens; Langfuse has them per token.
    private func model(_ name: String, input: Double, output: Double, isManaged: Bool) -> JSONValue {
        let (input, output) = (JSONValue.number(input / 1000), JSONValue.number(output / 1000))
        return .fields([
            "id": .string("model-\(name)"), "modelName": .string(name), "matchPattern": .string("(?i)^(\(name))$"),
            "startDate": .null, "unit": "TOKENS", "inputPrice": input, "outputPrice": output, "totalPrice": .null,
            "tokenizerId": "openai", "tokenizerConfig": ["tokenizerModel": .string(name), "tokensPerName": 1],
            "isLangfuseManaged": .bool(isManaged), "createdAt": JSONValue(now - .days(300)),
            "prices": ["input": ["price": input], "output": ["price": output]],
            "pricingTiers": [
                [
                    "id": .string("tier-\(name)"), "name": "Standard", "isDefault": true, "priority": 0,
                    "conditions": [], "prices": ["input": input, "output": output],
                ]
            ],
        ])
    }

    private func scoreConfig(
        _ id: String, _ name: String, _ type: String, _ bounds: [Double]?, _ description: String,
        categories: JSONValue = .null
    ) -> JSONValue {
        [
            "id": .string(id), "projectId": .string(LangfuseProvider.project), "name": .string(name),
            "dataType": .string(type), "isArchived": false, "minValue": JSONValue(bounds?.first),
            "maxValue": JSONValue(bounds?.last), "categories": categories, "description": .string(description),
            "createdAt": JSONValue(now - .days(180)), "updatedAt": JSONValue(now - .days(180)),
        ]
    }
}
