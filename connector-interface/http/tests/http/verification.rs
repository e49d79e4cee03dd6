//! What a request says about the configuration.

use connector_interface::VerifyConfigurationResult;
use connector_testing::{Answer, FakeRunner, exit_code};
use serde_json::json;

use crate::{answering, builder};

#[test]
fn an_answer_that_says_nothing_of_the_credentials_is_none() {
    for (answer, complaint) in [
        (Answer::json(200, &json!([])), None),
        (Answer::json(401, &json!({})), Some("Unauthorized")),
        (Answer::json(404, &json!({})), Some("Not found")),
        (Answer::json(500, &json!({})), Some("Server error")),
        (Answer::json(418, &json!({})), Some("Did not expect 418 response")),
        (Answer::bytes(204, ""), Some("Did not expect 204 response")),
        (Answer::bytes(200, ""), Some("Did not expect 200 response")),
    ] {
        let runner = FakeRunner::new();
        let server = answering(vec![answer]);
        let result = builder(&server, &runner).attempts(1).build().unwrap().get("/me").verify().unwrap();
        let wanted = match complaint {
            None => VerifyConfigurationResult::valid(),
            Some(complaint) => VerifyConfigurationResult::invalid([complaint.to_owned()]),
        };
        assert_eq!(result, wanted);
        assert_eq!(runner.log().len(), usize::from(complaint.is_some()), "{:?}", runner.log());
    }
}

#[test]
fn an_answer_that_is_not_json_leaves_the_question_open() {
    let server = answering(vec![Answer::bytes(200, "welcome")]);
    let api = builder(&server, &FakeRunner::new()).build().unwrap();
    assert_eq!(exit_code(&api.get("/me").verify().unwrap_err()), 20);
}
