/*
 * Keys of LiteLLM's config that are understood and have no effect yet, by section. A key that gains
 * an effect moves from here to its section's file.
 */
const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '');

/** Top-level sections. */
export const TOP_IDLE = words(`
  callback_settings guardrails prompts mcp_servers mcp_tools agent_list
  vector_store_registry search_tools assistant_settings finetune_settings files_settings
  default_vertex_config
`);

/** `router_settings`: arguments of LiteLLM's router. */
export const ROUTER_IDLE = words(`
  redis_url redis_host redis_port redis_password redis_db cache_kwargs tag_routing_prefix
  default_priority polling_interval default_litellm_params caching_groups cache_responses client_ttl
  alerting_config set_verbose debug_level ignore_invalid_deployments
  assistants_config router_general_settings routing_groups max_retries
  deployment_affinity_ttl_seconds model_group_affinity_config enable_health_check_routing
  health_check_staleness_threshold health_check_ignore_transient_errors guardrail_list weights
`);

/** `litellm_settings.default_internal_user_params`. */
export const USER_PARAMS_IDLE = words(`
  user_role max_budget budget_duration models teams tpm_limit rpm_limit max_parallel_requests
`);

/** `litellm_settings`. */
export const LITELLM_IDLE = words(`
  cache cache_params callbacks success_callback failure_callback
  service_callback service_callbacks turn_off_message_logging redact_user_api_key_info
  redact_messages_in_exceptions json_logs set_verbose log_raw_request_response model_alias_map
  max_internal_user_budget
  internal_user_budget_duration default_max_internal_user_budget
  default_key_generate_params upperbound_key_generate_params
  key_generation_settings default_team_settings default_team_params tag_budget_config
  extra_spend_tag_headers disable_add_user_agent_to_request_tags enable_json_schema_validation
  ssl_certificate force_ipv4 use_aiohttp_transport disable_aiohttp_transport aiohttp_trust_env
  disable_token_counter disable_streaming_logging include_cost_in_streaming_usage
  forward_traceparent_to_llm_provider add_user_information_to_llm_headers filter_invalid_headers
  store_audit_logs cost_discount_config cost_margin_config priority_reservation
  priority_reservation_settings enable_loadbalancing_on_batch_endpoints prometheus_metrics_config
  prometheus_initialize_budget_metrics
  custom_prometheus_metadata_labels custom_prometheus_tags
  enable_end_user_cost_tracking_prometheus_only disable_end_user_cost_tracking langfuse_default_tags
  model_group_settings public_model_groups credential_list mcp_aliases custom_provider_map
  post_call_rules network_mock guardrails responses global_prompt_directory global_bitbucket_config
  global_gitlab_config enable_redis_auth_cache telemetry
`);

/** `general_settings`. */
export const GENERAL_IDLE = words(`
  custom_auth custom_auth_settings custom_key_generate custom_sso
  custom_ui_sso_sign_in_handler enable_jwt_auth litellm_jwtauth enable_oauth2_auth
  enable_oauth2_proxy_auth oauth2_config_mappings enforce_rbac role_permissions
  service_account_settings reject_clientside_metadata_tags
  allow_client_side_credentials default_team_disabled block_robots user_header_name
  user_header_mappings disable_responses_id_security completion_model image_generation_model
  embedding_model moderation_model infer_model_from_keys
  database_connection_pool_limit database_connection_timeout
  supported_db_objects disable_spend_logs
  disable_spend_updates disable_error_logs disable_reset_budget
  disable_adding_master_key_hash_to_db disable_prisma_schema_update proxy_batch_write_at
  proxy_budget_rescheduler_min_time proxy_budget_rescheduler_max_time proxy_batch_polling_interval
  use_redis_transaction_buffer maximum_spend_logs_retention_period
  maximum_spend_logs_retention_interval maximum_spend_logs_cleanup_cron user_api_key_cache_ttl
  max_response_size_mb
  disable_retry_on_max_parallel_request_limit_error background_health_checks
  health_check_interval health_check_details use_shared_health_check health_check_concurrency
  enable_health_check_routing health_check_staleness_threshold
  health_check_ignore_transient_errors alerting alerting_threshold alert_types
  alert_to_webhook_url alerting_args spend_report_frequency pass_through_endpoints
  use_client_credentials_pass_through_routes
  forward_openai_org_id forward_llm_provider_auth_headers expose_fallback_errors_to_caller
  key_management_system key_management_settings ui_access_mode disable_master_key_return
  enable_public_model_hub litellm_license mcp_client_side_auth_header_name mcp_internal_ip_ranges
  user_mcp_management_mode otel
`);

/** `litellm_params` that tell LiteLLM what to do and never go to a vendor. */
export const PARAMS_IDLE = words(`
  default_api_key_rpm_limit default_api_key_tpm_limit max_retries tag_regex
  configurable_clientside_auth_params use_in_pass_through merge_reasoning_content_in_choices
  keepalive_seconds vertex_project vertex_location vertex_credentials tenant_id client_id
  client_secret azure_ad_token azure_username azure_password azure_scope watsonx_region_name
  use_litellm_proxy
  model_info metadata cache caching fallbacks ssl_verify guardrails prompt_id deployment_id
  dataSources stream messages
`);

/** Families of such `litellm_params`: prices, cloud credentials, test doubles, semantic routers. */
export const PARAMS_IDLE_FAMILIES =
  /^(?:aws|s3|gcs|mock|auto_router|complexity_router|adaptive_router|quality_router|litellm)_|_cost(?:_|$)/;
