//! `[enrolment]`: what people may set up by themselves, and when.

use stepwell_core::authn::Method;
use stepwell_engine::factors::ENROLLABLE;
use stepwell_engine::settings::EnrolmentSettings;

use super::problem::Problem;
use super::read::Reader;
use super::suggest;

pub(crate) fn settings(reader: &mut Reader) -> EnrolmentSettings {
    let listed = reader.is_given("enrolment.methods");
    let mut methods = Vec::new();
    for (name, origin) in reader.list("enrolment.methods") {
        if ENROLLABLE.contains(&name.as_str()) {
            methods.push(Method::new(name));
        } else {
            let hint = suggest::hint(&name, ENROLLABLE.iter().copied());
            reader.problems.push(Problem {
                origin,
                message: format!(
                    "enrolment.methods: {name:?} cannot be set up by people{hint}; there are {}",
                    ENROLLABLE.join(", ")
                ),
            });
        }
    }
    EnrolmentSettings {
        on_demand: reader.bool("enrolment.on_demand"),
        methods: listed.then_some(methods),
        fresh_for: reader.seconds("enrolment.fresh_for"),
    }
}
