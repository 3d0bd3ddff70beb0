/**
 * The functions of `quickjs.wasm`, as wasm2c calls them, in which an image spends its time: all that had 0.04 % of
 * the samples or more in one of DNSvizor's, TCP's or TLS's benchmarks. They are compiled for speed, all others for
 * size. Numbers belong to one `quickjs.wasm`, that of `wasm`, its SHA-256.
 */
export const HOT = {
  wasm: 'd4c9375f2b1ca4dc95f72c8aa2982a7a9951ac8011490d79c6582df732b4bbd9',
  functions: `
    JS_Call JS_DefineProperty_0 JS_FreeValue JS_FreeValueRT_0 JS_GetOpaque2_0 JS_GetPropertyInt64_0
    JS_GetPropertyValue_0 JS_GetUint8Array JS_IsFunction_0 JS_NewArrayFrom_0 JS_NewObjectProtoClass_0
    JS_SetPropertyValue_0 JS_ToIndex_0 JS_ToObject_0 f15 f18 f19 f23 f44 f46 f49 f51 f52 f53 f72 f79
    f92 f93 f98 f99 f103 f104 f105 f109 f119 f120 f121 f122 f123 f126 f127 f128 f130 f131 f132 f136
    f137 f139 f141 f143 f146 f158 f167 f170 f171 f190 f191 f208 f212 f214 f216 f222 f223 f224 f226 f233
    f234 f246 f249 f252 f271 f272 f273 f275 f277 f286 f304 f324 f328 f359 f360 f363 f384 f450 f490 f492
    f499 f501 f502 f504 f505 f506 f515 f527 f544 f545 f546 f556 f568 f577 f586 f587 f601 f710 f784 f807
    f816 f821 f822 f825 f829 f833 f834 f844 f868 f885 f886 f889 f896 f904 f935 f963 f1145 f1203 f1205
    f1271 f1272 f1639 f1656 f1658 floor_0 js_calloc_rt_0 js_free_rt_0 js_malloc_0 js_realloc_0
    js_realloc_rt_0`,
};
