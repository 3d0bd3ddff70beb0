import { describe, expect, it } from 'vitest';
import { fastPathSources, glueText, moduleIdentifier } from '../src/glue.ts';

const functions = [
  { name: 'sum', type: { parameters: ['i32', 'f64'], results: ['i32'] } },
  { name: 'clear', type: { parameters: [], results: [] } },
  { name: 'age', type: { parameters: [], results: ['f64'] } },
] as const;

describe('the glue of fast paths', () => {
  const text = glueText(
    [{ name: 'driver-virtio', identifier: 'drivervirtio', functions }],
    ['sha256'],
  );

  it('converts arguments and results by their types', () => {
    expect(text).toContain(
      'return value_from_int(w2c_drivervirtio_sum(&drivervirtio_instance, ' +
        'value_u32(host_argument(argv, 0)), value_number(host_argument(argv, 1))));',
    );
    expect(text).toContain(
      'return value_from_double(w2c_drivervirtio_age(&drivervirtio_instance));',
    );
    expect(text).toContain(
      '    w2c_drivervirtio_clear(&drivervirtio_instance);\n    return VALUE_UNDEFINED;',
    );
  });

  it('says how many arguments each function reads', () => {
    expect(text).toContain('{"sum", call_drivervirtio_sum, 2},');
    expect(text).toContain('{"clear", call_drivervirtio_clear, 0},');
  });

  it('lists modules by the names that JavaScript has for them', () => {
    expect(text).toContain('"driver-virtio", drivervirtio_functions, 3};');
    expect(text).toContain('const unsigned fast_module_count = 2;');
    expect(text).toContain('    &drivervirtio_module,\n    &sha256_module,\n');
    expect(text).toContain('extern const struct fast_module sha256_module;');
    expect(text).toContain('wasm2c_drivervirtio_instantiate(&drivervirtio_instance, NULL);');
  });

  it('is no file at all without fast paths', async () => {
    expect(await fastPathSources([], [])).toEqual([]);
  });

  it('names modules as C can', () => {
    expect(moduleIdentifier('openvpn-gateway')).toBe('openvpngateway');
  });
});
