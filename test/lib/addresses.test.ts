import { describe, expect, it } from 'vitest';
import { addressFault, compileAddresses } from '../../src/lib/addresses.ts';

describe('compileAddresses', () => {
  const has = compileAddresses(['10.0.0.0/8', '2001:db8::/32', '192.0.2.7', '::1']);

  it.each([
    '10.0.0.0',
    '10.255.255.255',
    '192.0.2.7',
    '::ffff:10.1.2.3',
    '::ffff:c000:207',
    '2001:db8:ffff::1',
    '2001:DB8::1',
    '::1',
    '0:0:0:0:0:0:0:1',
  ])('has %s', (address) => {
    expect(has(address)).toBe(true);
  });

  it.each([
    '11.0.0.0',
    '192.0.2.8',
    '::ffff:11.0.0.0',
    '2001:db9::1',
    '::2',
    '',
    '10.1',
    '10.0.0.1:80',
    '[::1]',
    'localhost',
    '10.0.0.1, 192.0.2.7',
    '0x0a000001',
  ])('does not have %j', (address) => {
    expect(has(address)).toBe(false);
  });

  it('takes the bits behind the prefix as they are', () => {
    expect(compileAddresses(['10.1.2.3/8'])('10.200.0.1')).toBe(true);
  });

  it('takes nothing invalid', () => {
    expect(() => compileAddresses(['10.0.0.0/33'])).toThrow('prefix');
  });
});

describe('addressFault', () => {
  it.each(['192.0.2.7', '10.0.0.0/8', '::1', '2001:db8::/32', '0.0.0.0/1', '::ffff:10.0.0.0/104'])(
    'finds none in %s',
    (text) => {
      expect(addressFault(text)).toBeUndefined();
    },
  );
  it.each([
    '',
    'gitlab.example.com',
    '10.0.0',
    '10.0.0.0/',
    '10.0.0.0/a',
    '010.0.0.1',
    'fe80::1%eth0',
    '1.2.3.4/-1',
  ])('finds that %j is none', (text) => {
    expect(addressFault(text)).toMatch(/^is neither/);
  });
  it.each(['10.0.0.0/33', '0.0.0.0/0', '::/0', '::/129'])('finds the prefix of %s wrong', (text) => {
    expect(addressFault(text)).toMatch(/^has a prefix/);
  });
});
