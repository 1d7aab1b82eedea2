//! All rules, by code. Whatever speaks of rules reads this slice.

use super::rule::Rule;
use super::rules;

/// All rules, by code.
pub static RULES: &[&Rule] = &[
    &rules::invalid_yaml::RULE,
    &rules::repeated_key::RULE,
    &rules::boolean_word::RULE,
    &rules::silent_boolean::RULE,
    &rules::leading_zero::RULE,
    &rules::lost_annotation::RULE,
    &rules::misplaced_annotation::RULE,
    &rules::textual_order::RULE,
    &rules::unnamed_document::RULE,
    &rules::not_a_carrier::RULE,
    &rules::repeated_resource::RULE,
    &rules::lost_to_dotted_name::RULE,
    &rules::dotted_name::RULE,
    &rules::foreign_namespace::RULE,
    &rules::inherited_label::RULE,
    &rules::labels_for_limits::RULE,
    &rules::metadata_type::RULE,
    &rules::unused_allow::RULE,
    &rules::allow_without_reason::RULE,
    &rules::mistyped_allow::RULE,
    &rules::refused_document::RULE,
    &rules::unfit_field::RULE,
    &rules::unknown_field::RULE,
    &rules::old_version::RULE,
    &rules::preview_api::RULE,
    &rules::unknown_kind::RULE,
    &rules::version_0::RULE,
    &rules::version_not_served::RULE,
    &rules::version_1_annotation::RULE,
    &rules::frozen_kind::RULE,
    &rules::pod_ends::RULE,
    &rules::nothing_under_spec::RULE,
    &rules::other_gateway::RULE,
    &rules::newer_field::RULE,
    &rules::old_spelling::RULE,
    &rules::false_condition::RULE,
    &rules::blank_in_origins::RULE,
    &rules::tls_false::RULE,
    &rules::environment_variable::RULE,
    &rules::old_host_glob::RULE,
    &rules::empty_field::RULE,
    &rules::newer_version::RULE,
    &rules::told_by_emissary::RULE,
    &rules::relative_prefix::RULE,
    &rules::unnormal_prefix::RULE,
    &rules::doubled_slash::RULE,
    &rules::regex_prefix_rewritten::RULE,
    &rules::regex_without_tail::RULE,
    &rules::other_core_attribute::RULE,
    &rules::explicit_false::RULE,
    &rules::hidden_probes::RULE,
    &rules::internal_prefix::RULE,
    &rules::plain_beside_regex::RULE,
    &rules::mixed_query_condition::RULE,
    &rules::header_name_case::RULE,
    &rules::colliding_match::RULE,
    &rules::weights_below_total::RULE,
    &rules::weights_over_total::RULE,
    &rules::weight_over_total::RULE,
    &rules::nothing_left::RULE,
    &rules::lone_weight::RULE,
    &rules::other_regex_rewrite::RULE,
    &rules::not_per_member::RULE,
    &rules::lone_shadow::RULE,
    &rules::second_shadow::RULE,
    &rules::redirect_conflict::RULE,
    &rules::proto_condition::RULE,
    &rules::case_of_regex::RULE,
    &rules::lower_case_method::RULE,
    &rules::auth_header_condition::RULE,
    &rules::websocket_flag::RULE,
    &rules::redirect_loses_query::RULE,
    &rules::redirect_by_host_regex::RULE,
    &rules::redirect_under_selector::RULE,
    &rules::redirect_loses_more::RULE,
    &rules::redirect_to_scheme::RULE,
    &rules::redirect_to_namespace::RULE,
    &rules::redirect_without_host::RULE,
    &rules::several_redirects::RULE,
    &rules::rewrite_beside_regex::RULE,
    &rules::foreign_group_reference::RULE,
    &rules::unanchored_rewrite::RULE,
    &rules::dead_idle_time::RULE,
    &rules::odd_retry_policy::RULE,
    &rules::retriable_status_codes::RULE,
    &rules::cut_off_retries::RULE,
    &rules::refused_outlier_detection::RULE,
    &rules::error_response_overrides::RULE,
    &rules::dead_field::RULE,
    &rules::websocket_false::RULE,
    &rules::short_streams::RULE,
    &rules::grpc_over_http1::RULE,
    &rules::odd_origin::RULE,
    &rules::cors_without_options::RULE,
    &rules::idle_labels::RULE,
    &rules::dead_omit_flag::RULE,
    &rules::idle_auth_extensions::RULE,
    &rules::appended_header::RULE,
    &rules::seen_by_auth::RULE,
    &rules::unbalanced_bracket::RULE,
    &rules::header_without_value::RULE,
    &rules::negative_weight::RULE,
    &rules::bad_regex::RULE,
    &rules::regex_too_large::RULE,
    &rules::timeout_range::RULE,
    &rules::header_not_editable::RULE,
    &rules::header_format::RULE,
    &rules::per_try_timeout::RULE,
    &rules::health_check::RULE,
    &rules::cookie_ttl::RULE,
    &rules::two_host_rewrites::RULE,
    &rules::rewrite_without_pattern::RULE,
    &rules::repeated_upgrade::RULE,
    &rules::unknown_priority::RULE,
    &rules::negative_limit::RULE,
    &rules::rate_limit_label::RULE,
    &rules::tcp_port::RULE,
    &rules::no_listener::RULE,
    &rules::no_hostname::RULE,
    &rules::no_host_of_name::RULE,
    &rules::other_port::RULE,
    &rules::missing_label::RULE,
    &rules::selector_by_expression::RULE,
    &rules::empty_selector::RULE,
    &rules::host_selector::RULE,
    &rules::dead_insecure_port::RULE,
    &rules::mapping_host::RULE,
    &rules::host_with_star::RULE,
    &rules::authority_with_star::RULE,
    &rules::authority_regex::RULE,
    &rules::host_beside_hostname::RULE,
    &rules::upper_case_hostname::RULE,
    &rules::literal_star::RULE,
    &rules::dead_cleartext_redirect::RULE,
    &rules::redirect_to_no_tls::RULE,
    &rules::missing_secret::RULE,
    &rules::secret_type::RULE,
    &rules::tls_without_secret::RULE,
    &rules::two_tls_settings::RULE,
    &rules::tls_version::RULE,
    &rules::host_tls_settings::RULE,
    &rules::twin_host::RULE,
    &rules::hidden_by_host::RULE,
    &rules::dead_host_field::RULE,
    &rules::listener_without_hosts::RULE,
    &rules::host_without_listener::RULE,
    &rules::rejecting_host::RULE,
    &rules::dropped_listener::RULE,
    &rules::listener_from_selector::RULE,
    &rules::taken_port::RULE,
    &rules::proxy_behind_tls::RULE,
    &rules::protocol_beside_stack::RULE,
    &rules::tls_nowhere::RULE,
    &rules::redirect_loop::RULE,
    &rules::reserved_port::RULE,
    &rules::context_without_any_host::RULE,
    &rules::context_without_host::RULE,
    &rules::blank_in_alpn::RULE,
    &rules::grpc_without_alpn::RULE,
    &rules::unsplit_secret_name::RULE,
    &rules::unusable_context::RULE,
    &rules::context_without_certificate::RULE,
    &rules::twin_domains::RULE,
    &rules::tcp_beside_http::RULE,
    &rules::tls_secret_text::RULE,
    &rules::any_label_selects::RULE,
    &rules::first_host_decides::RULE,
    &rules::tcp_without_certificate::RULE,
    &rules::lost_tls::RULE,
    &rules::tcp_weights::RULE,
    &rules::dead_tcp_field::RULE,
    &rules::tcp_address::RULE,
    &rules::listener_http2_streams::RULE,
    &rules::broken_service::RULE,
    &rules::service_with_path::RULE,
    &rules::foreign_scheme::RULE,
    &rules::cleartext_to_443::RULE,
    &rules::unknown_service::RULE,
    &rules::service_port::RULE,
    &rules::missing_context::RULE,
    &rules::tls_beside_http::RULE,
    &rules::unverified_upstream::RULE,
    &rules::unknown_resolver::RULE,
    &rules::balancer_without_endpoints::RULE,
    &rules::odd_balancer::RULE,
    &rules::idle_health_checks::RULE,
    &rules::odd_dns_type::RULE,
    &rules::shared_cluster::RULE,
    &rules::consul_datacenter::RULE,
    &rules::second_module::RULE,
    &rules::unknown_module::RULE,
    &rules::dead_module_key::RULE,
    &rules::unknown_module_key::RULE,
    &rules::origins_as_text::RULE,
    &rules::false_enables::RULE,
    &rules::tls_module::RULE,
    &rules::useless_default::RULE,
    &rules::default_labels_of_v2::RULE,
    &rules::module_type::RULE,
    &rules::ip_rule::RULE,
    &rules::header_case_overrides::RULE,
    &rules::module_value::RULE,
    &rules::module_check::RULE,
    &rules::module_circuit_breakers::RULE,
    &rules::ip_allow_and_deny::RULE,
    &rules::remote_address::RULE,
    &rules::module_resolver::RULE,
    &rules::module_keepalive::RULE,
    &rules::auth_path_prefix::RULE,
    &rules::auth_status::RULE,
    &rules::auth_protocol::RULE,
    &rules::auth_body::RULE,
    &rules::module_error_responses::RULE,
    &rules::auth_services_differ::RULE,
    &rules::preflight_asks_auth::RULE,
    &rules::ratelimit_protocol::RULE,
    &rules::one_at_most::RULE,
    &rules::tracing_driver::RULE,
    &rules::log_protocol::RULE,
    &rules::log_without_grpc::RULE,
    &rules::second_log_service::RULE,
    &rules::log_headers::RULE,
    &rules::service_of_another_namespace::RULE,
    &rules::auth_headers_by_grpc::RULE,
    &rules::resource_exhausted_code::RULE,
    &rules::log_without_driver_config::RULE,
    &rules::default_label::RULE,
    &rules::unreachable_mapping::RULE,
    &rules::lost_slice::RULE,
    &rules::open_diagnostics::RULE,
    &rules::open_on_failure::RULE,
    &rules::unguarded_admin::RULE,
    &rules::cleartext_beside_tls::RULE,
    &rules::unquoted_dot::RULE,
    &rules::cors_for_everybody::RULE,
    &rules::old_tls::RULE,
    &rules::no_client_certificate::RULE,
    &rules::explicit_default::RULE,
    &rules::precedence_everywhere::RULE,
];

/// The rule of a code or a name, in any letter case.
pub fn find(code_or_name: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| {
        rule.code.as_str().eq_ignore_ascii_case(code_or_name) || rule.name.eq_ignore_ascii_case(code_or_name)
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::diagnostic::Severity;
    use crate::lint::findings::Trust;
    use crate::lint::rule::FixKind;
    use crate::lint::{Check, Example, run, testing};

    /// Every example with its rule.
    fn examples() -> impl Iterator<Item = (&'static Rule, usize, &'static Example)> {
        RULES.iter().flat_map(|rule| rule.examples.iter().enumerate().map(|(at, example)| (*rule, at, example)))
    }

    fn none_of(wrong: Vec<String>) {
        assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    }

    #[test]
    fn codes_rise_and_names_are_unique() {
        assert!(RULES.is_sorted_by(|a, b| a.code < b.code), "{:?}", RULES.iter().map(|r| r.code).collect::<Vec<_>>());
        let mut names: Vec<_> = RULES.iter().map(|rule| rule.name).collect();
        names.sort_unstable();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }

    #[test]
    fn every_rule_says_what_and_why() {
        none_of(
            RULES
                .iter()
                .filter(|rule| {
                    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
                    rule.name.is_empty()
                        || !rule.name.chars().all(is_name)
                        || rule.summary.is_empty()
                        || rule.summary.ends_with('.')
                        || !rule.why.ends_with('.')
                        || rule.examples.is_empty() && !matches!(rule.check, Check::Rest([], _))
                })
                .map(|rule| format!("{} {}: name, summary, why or examples", rule.code, rule.name))
                .collect(),
        );
    }

    #[test]
    fn every_rule_is_in_the_file_of_its_name() {
        let file = |rule: &&Rule| {
            let path = format!("{}/src/lint/rules/{}.rs", env!("CARGO_MANIFEST_DIR"), rule.name.replace('-', "_"));
            let is_there = std::fs::read_to_string(&path).is_ok_and(|text| text.contains(rule.code.as_str()));
            (!is_there).then_some(path)
        };
        none_of(RULES.iter().filter_map(file).collect());
    }

    #[test]
    fn every_file_is_a_rule() {
        let folder = format!("{}/src/lint/rules", env!("CARGO_MANIFEST_DIR"));
        let mut wrong = Vec::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let name = name.trim_end_matches(".rs").replace('_', "-");
            if name != "mod" && find(&name).is_none() {
                wrong.push(format!("{name} is in no list"));
            }
        }
        none_of(wrong);
    }

    #[test]
    fn a_bad_example_fires_its_rule_alone() {
        let mut wrong = Vec::new();
        for (rule, at, example) in examples() {
            let compilation = testing::compile(&example.bad_manifests(), &example.options());
            let found = run::check(&compilation).findings;
            if found.is_empty() || found.iter().any(|finding| finding.rule.code != rule.code) {
                let shown: Vec<_> = found.iter().map(|finding| testing::shown(finding, &compilation)).collect();
                wrong.push(format!("{} {} bad example {at}: {shown:?}", rule.code, rule.name));
            }
        }
        none_of(wrong);
    }

    #[test]
    fn a_good_example_is_silent() {
        let mut wrong = Vec::new();
        for (rule, at, example) in examples() {
            let found = testing::under(&example.good_manifests(), &example.options());
            if !found.is_empty() {
                wrong.push(format!("{} {} good example {at}: {found:?}", rule.code, rule.name));
            }
        }
        none_of(wrong);
    }

    #[test]
    fn a_mended_example_is_silent_and_stays_as_it_is() {
        let mut wrong = Vec::new();
        for (rule, at, example) in examples() {
            let trust = match rule.fix {
                FixKind::None => continue,
                FixKind::Safe(_) => Trust::Safe,
                FixKind::Unsafe(_) => Trust::Unsafe,
            };
            let bad = example.bad_manifests();
            let once = testing::fixed(&bad, trust, &example.options());
            let mut found = testing::under(&once, &example.options());
            // What yields to the bad example may speak up where it is mended.
            found.retain(|one| !RULES.iter().any(|rule| rule.yields && one.starts_with(rule.code.as_str())));
            let what = format!("{} {} bad example {at}", rule.code, rule.name);
            if once == bad && at == 0 {
                wrong.push(format!("{what}: nothing is mended"));
            }
            if once != bad && !found.is_empty() {
                wrong.push(format!("{what} mended: {found:?}\n{once}"));
            }
            if testing::fixed(&once, trust, &example.options()) != once {
                wrong.push(format!("{what} mended again is another text"));
            }
        }
        none_of(wrong);
    }

    #[test]
    fn examples_of_errors_are_errors() {
        // A rule that only passes on what others told takes their severity.
        let mut wrong = Vec::new();
        for (rule, at, example) in examples().filter(|(rule, ..)| rule.severity == Severity::Error) {
            let found = run::check(&testing::compile(&example.bad_manifests(), &example.options())).findings;
            if found.iter().all(|finding| finding.severity() < Severity::Error) {
                wrong.push(format!("{} {} bad example {at} is no error", rule.code, rule.name));
            }
        }
        none_of(wrong);
    }

    #[test]
    fn rules_are_found_by_code_and_by_name() {
        assert_eq!(find("amb201").unwrap().name, "relative-prefix");
        assert_eq!(find("relative-prefix").unwrap().code.as_str(), "AMB201");
        assert!(find("AMB2").is_none());
    }
}
